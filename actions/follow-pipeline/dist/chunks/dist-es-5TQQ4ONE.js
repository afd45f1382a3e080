import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import"./chunk-ZJKA4MM5.js";import{Oa as o}from"./chunk-EWN2FACS.js";import"./chunk-NAWUKLJC.js";import"./chunk-BTGY3KMT.js";export{o as fromEnv};
