import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{c as a,d as t}from"./chunk-WGC44NQS.js";import"./chunk-WZM5VPHA.js";import"./chunk-YHB5Y4YI.js";import"./chunk-DEIX5N3U.js";import"./chunk-EFAEBDX5.js";import"./chunk-NQETCPOG.js";export{a as fromContainerMetadata,t as fromInstanceMetadata};
