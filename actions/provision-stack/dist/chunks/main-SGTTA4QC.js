import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{K as a}from"./chunk-QYKNWEEE.js";import"./chunk-NNYX2R5W.js";import"./chunk-ZIPUQW4P.js";import"./chunk-NQETCPOG.js";export{a as main};
