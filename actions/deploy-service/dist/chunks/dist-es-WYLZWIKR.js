import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{c as a,d as t}from"./chunk-PKBHPFWI.js";import"./chunk-WZM5VPHA.js";import"./chunk-ETMSVU7T.js";import"./chunk-BCMS57QK.js";import"./chunk-EFAEBDX5.js";import"./chunk-NQETCPOG.js";export{a as fromContainerMetadata,t as fromInstanceMetadata};
