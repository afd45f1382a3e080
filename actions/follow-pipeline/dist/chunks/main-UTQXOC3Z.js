import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{d as a}from"./chunk-LCF3KT7Y.js";import"./chunk-QDWS4SFO.js";import"./chunk-U3SCXBNV.js";import"./chunk-XVJPJHIQ.js";export{a as main};
