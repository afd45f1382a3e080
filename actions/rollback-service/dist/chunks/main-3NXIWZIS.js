import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{h as a}from"./chunk-G65TBCW3.js";import"./chunk-GPPRWDFH.js";import"./chunk-EFAEBDX5.js";import"./chunk-NQETCPOG.js";export{a as main};
