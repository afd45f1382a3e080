import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import"./chunk-BBUEDGOO.js";import{Pa as o}from"./chunk-UKL73F57.js";import"./chunk-EFAEBDX5.js";import"./chunk-NQETCPOG.js";export{o as fromEnv};
