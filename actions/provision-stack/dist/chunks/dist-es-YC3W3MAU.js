import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{c as a,d as t}from"./chunk-FMXME6I2.js";import"./chunk-WZM5VPHA.js";import"./chunk-Z7ZZVHJU.js";import"./chunk-UIP6AG6O.js";import"./chunk-ZIPUQW4P.js";import"./chunk-NQETCPOG.js";export{a as fromContainerMetadata,t as fromInstanceMetadata};
