import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{d as a}from"./chunk-ZJKA4MM5.js";import"./chunk-EWN2FACS.js";import"./chunk-NAWUKLJC.js";import"./chunk-BTGY3KMT.js";export{a as main};
