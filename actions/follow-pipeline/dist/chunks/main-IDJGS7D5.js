import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{d as a}from"./chunk-WPFJ7B4X.js";import"./chunk-V73RFD3X.js";import"./chunk-NAWUKLJC.js";import"./chunk-BTGY3KMT.js";export{a as main};
