import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{h as a}from"./chunk-Z2D6JN45.js";import"./chunk-B3Z67GTG.js";import"./chunk-EFAEBDX5.js";import"./chunk-NQETCPOG.js";export{a as main};
