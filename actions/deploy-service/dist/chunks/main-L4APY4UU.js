import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{h as a}from"./chunk-NCC5D2KW.js";import"./chunk-GZAZA6EX.js";import"./chunk-LKUBLS6H.js";import"./chunk-NQETCPOG.js";export{a as main};
