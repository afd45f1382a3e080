import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{c as a,d as t}from"./chunk-DDDCWNK4.js";import"./chunk-WZM5VPHA.js";import"./chunk-R72CPNQX.js";import"./chunk-WOK4TULF.js";import"./chunk-EFAEBDX5.js";import"./chunk-NQETCPOG.js";export{a as fromContainerMetadata,t as fromInstanceMetadata};
