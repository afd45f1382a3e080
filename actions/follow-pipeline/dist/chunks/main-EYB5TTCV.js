import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{d as a}from"./chunk-ARLGHKKN.js";import"./chunk-JVM66TRM.js";import"./chunk-NAWUKLJC.js";import"./chunk-BTGY3KMT.js";export{a as main};
