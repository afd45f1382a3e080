import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import"./chunk-Z2D6JN45.js";import{Pa as o}from"./chunk-B3Z67GTG.js";import"./chunk-EFAEBDX5.js";import"./chunk-NQETCPOG.js";export{o as fromEnv};
