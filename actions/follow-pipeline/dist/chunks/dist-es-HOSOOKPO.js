import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import"./chunk-ARLGHKKN.js";import{Oa as o}from"./chunk-JVM66TRM.js";import"./chunk-NAWUKLJC.js";import"./chunk-BTGY3KMT.js";export{o as fromEnv};
