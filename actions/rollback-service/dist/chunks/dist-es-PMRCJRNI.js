import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import"./chunk-Y3TN4AJS.js";import{Oa as o}from"./chunk-SQTG3CRA.js";import"./chunk-U3SCXBNV.js";import"./chunk-XVJPJHIQ.js";export{o as fromEnv};
