import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{c as a,d as t}from"./chunk-CNX7CORH.js";import"./chunk-MYXJPI3T.js";import"./chunk-5255SDL5.js";import"./chunk-2GG3F2MK.js";import"./chunk-NAWUKLJC.js";import"./chunk-BTGY3KMT.js";export{a as fromContainerMetadata,t as fromInstanceMetadata};
