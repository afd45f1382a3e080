import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import"./chunk-MADX5BGN.js";import{Ia as o}from"./chunk-5IJY4FXI.js";import"./chunk-EFAEBDX5.js";import"./chunk-NQETCPOG.js";export{o as fromEnv};
