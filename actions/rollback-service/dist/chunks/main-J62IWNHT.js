import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{h as a}from"./chunk-MADX5BGN.js";import"./chunk-5IJY4FXI.js";import"./chunk-EFAEBDX5.js";import"./chunk-NQETCPOG.js";export{a as main};
