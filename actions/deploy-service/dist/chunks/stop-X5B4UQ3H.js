import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{n as o}from"./chunk-EHEC5V4I.js";import"./chunk-CM7CVAAK.js";import"./chunk-U3SCXBNV.js";import"./chunk-XVJPJHIQ.js";export{o as stopDeployment};
