import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{h as a}from"./chunk-CX5BBKSR.js";import"./chunk-7LJG3UQE.js";import"./chunk-EFAEBDX5.js";import"./chunk-NQETCPOG.js";export{a as main};
