import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{b as t}from"./chunk-DD7JODM6.js";import{N as o,Y as m}from"./chunk-5H6KJWB5.js";var a=o(t,"Logs_20140328","CloudWatchLogsClient",m),d={},g=(n,r,c,e)=>[];export{a,d as b,g as c};
