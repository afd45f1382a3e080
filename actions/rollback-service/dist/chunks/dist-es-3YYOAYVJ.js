import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import"./chunk-OKFU6LO5.js";import{Ba as o}from"./chunk-LZ3NQCBE.js";import"./chunk-LKUBLS6H.js";import"./chunk-NQETCPOG.js";export{o as fromEnv};
