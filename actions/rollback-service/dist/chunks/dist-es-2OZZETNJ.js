import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{c as a,d as t}from"./chunk-XL74WDXM.js";import"./chunk-TX5H7MIN.js";import"./chunk-Y3TN4AJS.js";import"./chunk-SQTG3CRA.js";import"./chunk-U3SCXBNV.js";import"./chunk-XVJPJHIQ.js";export{a as fromContainerMetadata,t as fromInstanceMetadata};
