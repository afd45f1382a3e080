import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import"./chunk-ETMSVU7T.js";import{za as o}from"./chunk-BCMS57QK.js";import"./chunk-EFAEBDX5.js";import"./chunk-NQETCPOG.js";export{o as fromEnv};
