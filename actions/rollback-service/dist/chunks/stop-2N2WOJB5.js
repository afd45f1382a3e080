import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{p as e}from"./chunk-CTNFH35F.js";import"./chunk-CCR7KLEL.js";import"./chunk-U3SCXBNV.js";import"./chunk-XVJPJHIQ.js";export{e as stopServiceDeployment};
