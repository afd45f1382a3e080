import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{af as a}from"./chunk-6OV3Y6S6.js";import"./chunk-CTNFH35F.js";import"./chunk-CCR7KLEL.js";import"./chunk-U3SCXBNV.js";import"./chunk-XVJPJHIQ.js";export{a as ElasticLoadBalancingV2Client};
