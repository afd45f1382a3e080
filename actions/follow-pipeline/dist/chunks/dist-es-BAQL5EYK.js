import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import"./chunk-EPOVUNHW.js";import{ya as o}from"./chunk-Y6L6CEJW.js";import"./chunk-NAWUKLJC.js";import"./chunk-BTGY3KMT.js";export{o as fromEnv};
