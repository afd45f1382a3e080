import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{c as a,d as t}from"./chunk-YUGDSPA2.js";import"./chunk-MYXJPI3T.js";import"./chunk-N5VIE3O6.js";import"./chunk-S6ED76CO.js";import"./chunk-K45CGMSE.js";import"./chunk-4H2XIQAL.js";import"./chunk-BTGY3KMT.js";export{a as fromContainerMetadata,t as fromInstanceMetadata};
