import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{c as a,d as t}from"./chunk-NOSCKLXM.js";import"./chunk-MYXJPI3T.js";import"./chunk-EPOVUNHW.js";import"./chunk-Y6L6CEJW.js";import"./chunk-NAWUKLJC.js";import"./chunk-BTGY3KMT.js";export{a as fromContainerMetadata,t as fromInstanceMetadata};
