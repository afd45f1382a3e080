import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{c as a,d as t}from"./chunk-NTHFDTZR.js";import"./chunk-WZM5VPHA.js";import"./chunk-KV2F2FOA.js";import"./chunk-7XN5CHLK.js";import"./chunk-LKUBLS6H.js";import"./chunk-NQETCPOG.js";export{a as fromContainerMetadata,t as fromInstanceMetadata};
