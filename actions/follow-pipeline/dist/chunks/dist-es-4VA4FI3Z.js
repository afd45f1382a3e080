import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import"./chunk-WPFJ7B4X.js";import{Oa as o}from"./chunk-V73RFD3X.js";import"./chunk-NAWUKLJC.js";import"./chunk-BTGY3KMT.js";export{o as fromEnv};
