import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{o}from"./chunk-CTNFH35F.js";import"./chunk-CCR7KLEL.js";import"./chunk-U3SCXBNV.js";import"./chunk-XVJPJHIQ.js";export{o as stopDeployment};
