import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import"./chunk-NCC5D2KW.js";import{za as o}from"./chunk-GZAZA6EX.js";import"./chunk-LKUBLS6H.js";import"./chunk-NQETCPOG.js";export{o as fromEnv};
