import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{c as a,d as t}from"./chunk-3E3KVEDD.js";import"./chunk-TX5H7MIN.js";import"./chunk-CTNFH35F.js";import"./chunk-CCR7KLEL.js";import"./chunk-U3SCXBNV.js";import"./chunk-XVJPJHIQ.js";export{a as fromContainerMetadata,t as fromInstanceMetadata};
