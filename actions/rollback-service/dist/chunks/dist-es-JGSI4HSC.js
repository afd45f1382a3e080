import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{c as a,d as t}from"./chunk-QAON5ENN.js";import"./chunk-WZM5VPHA.js";import"./chunk-G65TBCW3.js";import"./chunk-GPPRWDFH.js";import"./chunk-EFAEBDX5.js";import"./chunk-NQETCPOG.js";export{a as fromContainerMetadata,t as fromInstanceMetadata};
