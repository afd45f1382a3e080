import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{b as n}from"./chunk-M4Q77K47.js";import{U as o,da as m}from"./chunk-DEIX5N3U.js";var l=o(n,"ElasticLoadBalancing_v10","ElasticLoadBalancingV2Client",m),s={},d=(t,a,i,c)=>[];export{l as a,s as b,d as c};
