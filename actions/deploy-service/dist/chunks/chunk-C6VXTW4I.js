import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{b as t}from"./chunk-VKFQBRJ2.js";import{U as o,da as m}from"./chunk-B3Z67GTG.js";var a=o(t,"Logs_20140328","CloudWatchLogsClient",m),d={},g=(n,r,c,e)=>[];export{a,d as b,g as c};
