import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{c as a,d as t}from"./chunk-XFVTB4B5.js";import"./chunk-TX5H7MIN.js";import"./chunk-OX6S5SAJ.js";import"./chunk-APN6ZYSD.js";import"./chunk-U3SCXBNV.js";import"./chunk-XVJPJHIQ.js";export{a as fromContainerMetadata,t as fromInstanceMetadata};
