import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{c as a,d as t}from"./chunk-UODOUIIZ.js";import"./chunk-MYXJPI3T.js";import"./chunk-WPFJ7B4X.js";import"./chunk-V73RFD3X.js";import"./chunk-NAWUKLJC.js";import"./chunk-BTGY3KMT.js";export{a as fromContainerMetadata,t as fromInstanceMetadata};
