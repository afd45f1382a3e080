import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{c as a,d as t}from"./chunk-URGZ5VEL.js";import"./chunk-MYXJPI3T.js";import"./chunk-ZJKA4MM5.js";import"./chunk-EWN2FACS.js";import"./chunk-NAWUKLJC.js";import"./chunk-BTGY3KMT.js";export{a as fromContainerMetadata,t as fromInstanceMetadata};
