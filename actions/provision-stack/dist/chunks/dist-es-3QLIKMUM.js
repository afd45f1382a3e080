import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{c as a,d as t}from"./chunk-CMGCEC3M.js";import"./chunk-WZM5VPHA.js";import"./chunk-QYKNWEEE.js";import"./chunk-NNYX2R5W.js";import"./chunk-ZIPUQW4P.js";import"./chunk-NQETCPOG.js";export{a as fromContainerMetadata,t as fromInstanceMetadata};
