import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{c as a,d as t}from"./chunk-PSKCDMAH.js";import"./chunk-TX5H7MIN.js";import"./chunk-26CHOUC5.js";import"./chunk-5JXYKJCH.js";import"./chunk-U3SCXBNV.js";import"./chunk-XVJPJHIQ.js";export{a as fromContainerMetadata,t as fromInstanceMetadata};
