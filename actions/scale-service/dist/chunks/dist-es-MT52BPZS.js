import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{c as a,d as t}from"./chunk-QATQOCNI.js";import"./chunk-TX5H7MIN.js";import"./chunk-7UFYFEUS.js";import"./chunk-B772P2LP.js";import"./chunk-U3SCXBNV.js";import"./chunk-XVJPJHIQ.js";export{a as fromContainerMetadata,t as fromInstanceMetadata};
