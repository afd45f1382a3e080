import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{q as a}from"./chunk-Y3TN4AJS.js";import"./chunk-SQTG3CRA.js";import"./chunk-U3SCXBNV.js";import"./chunk-XVJPJHIQ.js";export{a as main};
