import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{o as e}from"./chunk-EHEC5V4I.js";import"./chunk-CM7CVAAK.js";import"./chunk-U3SCXBNV.js";import"./chunk-XVJPJHIQ.js";export{e as stopServiceDeployment};
