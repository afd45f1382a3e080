import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{af as a}from"./chunk-AK4V33YV.js";import"./chunk-Y3TN4AJS.js";import"./chunk-SQTG3CRA.js";import"./chunk-U3SCXBNV.js";import"./chunk-XVJPJHIQ.js";export{a as ElasticLoadBalancingV2Client};
