import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{c as a,d as t}from"./chunk-T3OJY5FM.js";import"./chunk-WZM5VPHA.js";import"./chunk-CX5BBKSR.js";import"./chunk-7LJG3UQE.js";import"./chunk-EFAEBDX5.js";import"./chunk-NQETCPOG.js";export{a as fromContainerMetadata,t as fromInstanceMetadata};
