import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{c as a,d as t}from"./chunk-ZT2ER5SH.js";import"./chunk-MYXJPI3T.js";import"./chunk-UXXOPLYP.js";import"./chunk-UPTSHMBR.js";import"./chunk-NAWUKLJC.js";import"./chunk-BTGY3KMT.js";export{a as fromContainerMetadata,t as fromInstanceMetadata};
