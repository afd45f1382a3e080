import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{c as a,d as t}from"./chunk-34FVTZO5.js";import"./chunk-WZM5VPHA.js";import"./chunk-MADX5BGN.js";import"./chunk-5IJY4FXI.js";import"./chunk-EFAEBDX5.js";import"./chunk-NQETCPOG.js";export{a as fromContainerMetadata,t as fromInstanceMetadata};
