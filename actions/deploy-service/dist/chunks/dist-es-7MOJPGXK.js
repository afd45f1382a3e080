import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{af as a}from"./chunk-U42GAXNV.js";import"./chunk-EHEC5V4I.js";import"./chunk-CM7CVAAK.js";import"./chunk-U3SCXBNV.js";import"./chunk-XVJPJHIQ.js";export{a as ElasticLoadBalancingV2Client};
