import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{b as n}from"./chunk-5FY2PJ7M.js";import{U as o,da as m}from"./chunk-GPPRWDFH.js";var l=o(n,"ElasticLoadBalancing_v10","ElasticLoadBalancingV2Client",m),s={},d=(t,a,i,c)=>[];export{l as a,s as b,d as c};
