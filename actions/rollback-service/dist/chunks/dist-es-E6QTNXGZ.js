import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{c as a,d as t}from"./chunk-27WHNAJ4.js";import"./chunk-WZM5VPHA.js";import"./chunk-5KATE7EC.js";import"./chunk-5KHNPUKR.js";import"./chunk-EFAEBDX5.js";import"./chunk-NQETCPOG.js";export{a as fromContainerMetadata,t as fromInstanceMetadata};
