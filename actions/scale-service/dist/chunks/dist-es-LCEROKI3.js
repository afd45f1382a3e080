import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{c as a,d as t}from"./chunk-W3HPG2K4.js";import"./chunk-MYXJPI3T.js";import"./chunk-W5XRJD77.js";import"./chunk-NTE47WHN.js";import"./chunk-NAWUKLJC.js";import"./chunk-BTGY3KMT.js";export{a as fromContainerMetadata,t as fromInstanceMetadata};
