import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import"./chunk-EHEC5V4I.js";import{_a as o}from"./chunk-CM7CVAAK.js";import"./chunk-U3SCXBNV.js";import"./chunk-XVJPJHIQ.js";export{o as fromEnv};
