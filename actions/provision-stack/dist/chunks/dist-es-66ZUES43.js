import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import"./chunk-QYKNWEEE.js";import{Ta as o}from"./chunk-NNYX2R5W.js";import"./chunk-ZIPUQW4P.js";import"./chunk-NQETCPOG.js";export{o as fromEnv};
