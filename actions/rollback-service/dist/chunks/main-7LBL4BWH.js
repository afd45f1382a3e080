import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{q as a}from"./chunk-CTNFH35F.js";import"./chunk-CCR7KLEL.js";import"./chunk-U3SCXBNV.js";import"./chunk-XVJPJHIQ.js";export{a as main};
