import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{c as a,d as t}from"./chunk-D3FTX6U2.js";import"./chunk-WZM5VPHA.js";import"./chunk-Z2D6JN45.js";import"./chunk-B3Z67GTG.js";import"./chunk-EFAEBDX5.js";import"./chunk-NQETCPOG.js";export{a as fromContainerMetadata,t as fromInstanceMetadata};
