import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{b as n}from"./chunk-A6RHVHCC.js";import{U as o,da as m}from"./chunk-B3Z67GTG.js";var l=o(n,"ElasticLoadBalancing_v10","ElasticLoadBalancingV2Client",m),s={},d=(t,a,i,c)=>[];export{l as a,s as b,d as c};
