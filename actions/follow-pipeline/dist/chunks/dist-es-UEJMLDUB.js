import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{c as a,d as t}from"./chunk-PQAS7FRC.js";import"./chunk-TX5H7MIN.js";import"./chunk-LCF3KT7Y.js";import"./chunk-QDWS4SFO.js";import"./chunk-U3SCXBNV.js";import"./chunk-XVJPJHIQ.js";export{a as fromContainerMetadata,t as fromInstanceMetadata};
