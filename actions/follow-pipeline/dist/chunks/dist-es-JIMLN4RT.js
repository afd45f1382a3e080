import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{c as a,d as t}from"./chunk-2VYXIWWS.js";import"./chunk-MYXJPI3T.js";import"./chunk-ARLGHKKN.js";import"./chunk-JVM66TRM.js";import"./chunk-NAWUKLJC.js";import"./chunk-BTGY3KMT.js";export{a as fromContainerMetadata,t as fromInstanceMetadata};
