import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import"./chunk-YHB5Y4YI.js";import{Ba as o}from"./chunk-DEIX5N3U.js";import"./chunk-EFAEBDX5.js";import"./chunk-NQETCPOG.js";export{o as fromEnv};
