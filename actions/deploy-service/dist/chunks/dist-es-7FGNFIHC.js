import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{c as a,d as t}from"./chunk-NUPM73HG.js";import"./chunk-WZM5VPHA.js";import"./chunk-BBUEDGOO.js";import"./chunk-UKL73F57.js";import"./chunk-EFAEBDX5.js";import"./chunk-NQETCPOG.js";export{a as fromContainerMetadata,t as fromInstanceMetadata};
