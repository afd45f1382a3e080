import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{h as a}from"./chunk-ETMSVU7T.js";import"./chunk-BCMS57QK.js";import"./chunk-EFAEBDX5.js";import"./chunk-NQETCPOG.js";export{a as main};
