import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{b as n}from"./chunk-ZBPJGV7R.js";import{N as o,Y as m}from"./chunk-5H6KJWB5.js";var l=o(n,"ElasticLoadBalancing_v10","ElasticLoadBalancingV2Client",m),s={},d=(t,a,i,c)=>[];export{l as a,s as b,d as c};
