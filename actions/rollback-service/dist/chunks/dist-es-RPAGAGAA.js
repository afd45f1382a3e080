import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import"./chunk-CTNFH35F.js";import{Oa as o}from"./chunk-CCR7KLEL.js";import"./chunk-U3SCXBNV.js";import"./chunk-XVJPJHIQ.js";export{o as fromEnv};
