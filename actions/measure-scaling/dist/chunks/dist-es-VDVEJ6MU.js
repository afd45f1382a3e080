import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{c as a,d as t}from"./chunk-ZYCZRX6L.js";import"./chunk-WZM5VPHA.js";import"./chunk-WX5ZHHHU.js";import"./chunk-S6ED76CO.js";import"./chunk-JCZWK4R6.js";import"./chunk-4H2XIQAL.js";import"./chunk-NQETCPOG.js";export{a as fromContainerMetadata,t as fromInstanceMetadata};
