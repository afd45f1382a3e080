import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{af as a}from"./chunk-LNOY2OFP.js";import"./chunk-LCF3KT7Y.js";import"./chunk-QDWS4SFO.js";import"./chunk-U3SCXBNV.js";import"./chunk-XVJPJHIQ.js";export{a as ElasticLoadBalancingV2Client};
