import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{h as a}from"./chunk-R72CPNQX.js";import"./chunk-WOK4TULF.js";import"./chunk-EFAEBDX5.js";import"./chunk-NQETCPOG.js";export{a as main};
