import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{Vg as a}from"./chunk-7UFYFEUS.js";import"./chunk-B772P2LP.js";import"./chunk-U3SCXBNV.js";import"./chunk-XVJPJHIQ.js";export{a as main};
