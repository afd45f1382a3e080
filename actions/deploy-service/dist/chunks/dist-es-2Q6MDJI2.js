import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{af as a}from"./chunk-PCEWZ4XK.js";import"./chunk-26CHOUC5.js";import"./chunk-5JXYKJCH.js";import"./chunk-U3SCXBNV.js";import"./chunk-XVJPJHIQ.js";export{a as ElasticLoadBalancingV2Client};
