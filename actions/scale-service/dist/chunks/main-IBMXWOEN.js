import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{d as a}from"./chunk-UXXOPLYP.js";import"./chunk-UPTSHMBR.js";import"./chunk-NAWUKLJC.js";import"./chunk-BTGY3KMT.js";export{a as main};
