import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{d as a}from"./chunk-W5XRJD77.js";import"./chunk-NTE47WHN.js";import"./chunk-NAWUKLJC.js";import"./chunk-BTGY3KMT.js";export{a as main};
