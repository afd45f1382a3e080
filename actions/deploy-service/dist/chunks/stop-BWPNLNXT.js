import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{f as o}from"./chunk-NCC5D2KW.js";import"./chunk-GZAZA6EX.js";import"./chunk-LKUBLS6H.js";import"./chunk-NQETCPOG.js";export{o as stopDeployment};
