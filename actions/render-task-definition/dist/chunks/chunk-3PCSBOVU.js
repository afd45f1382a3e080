import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{b as n}from"./chunk-GAYFOJPX.js";import{j as o,r as m}from"./chunk-2MKCAF6F.js";var s=o(n,"AmazonEC2ContainerRegistry_V20150921","ECRClient",m),C={},d=(t,r,e,i)=>[];export{s as a,C as b,d as c};
