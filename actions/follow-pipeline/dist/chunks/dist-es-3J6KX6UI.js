import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{af as a}from"./chunk-RQDCFFWL.js";import"./chunk-OX6S5SAJ.js";import"./chunk-APN6ZYSD.js";import"./chunk-U3SCXBNV.js";import"./chunk-XVJPJHIQ.js";export{a as ElasticLoadBalancingV2Client};
