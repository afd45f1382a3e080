import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{c as a,d as t}from"./chunk-ZCVC73JR.js";import"./chunk-WZM5VPHA.js";import"./chunk-7OPVLP4E.js";import"./chunk-TNWBDEWY.js";import"./chunk-ZIPUQW4P.js";import"./chunk-NQETCPOG.js";export{a as fromContainerMetadata,t as fromInstanceMetadata};
