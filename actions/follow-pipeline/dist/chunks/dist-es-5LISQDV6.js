import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import"./chunk-LCF3KT7Y.js";import{Wa as o}from"./chunk-QDWS4SFO.js";import"./chunk-U3SCXBNV.js";import"./chunk-XVJPJHIQ.js";export{o as fromEnv};
