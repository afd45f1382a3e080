import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{c as a,d as t}from"./chunk-43OSVMPG.js";import"./chunk-WZM5VPHA.js";import"./chunk-BP2ABNFK.js";import"./chunk-5H6KJWB5.js";import"./chunk-EFAEBDX5.js";import"./chunk-NQETCPOG.js";export{a as fromContainerMetadata,t as fromInstanceMetadata};
