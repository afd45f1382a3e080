import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{c as a,d as t}from"./chunk-UEOPMAGY.js";import"./chunk-WZM5VPHA.js";import"./chunk-GWH5DZHI.js";import"./chunk-BEF75NOJ.js";import"./chunk-ZIPUQW4P.js";import"./chunk-NQETCPOG.js";export{a as fromContainerMetadata,t as fromInstanceMetadata};
