import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{b as t}from"./chunk-4VN7D3NZ.js";import{U as o,da as m}from"./chunk-5KHNPUKR.js";var a=o(t,"Logs_20140328","CloudWatchLogsClient",m),d={},g=(n,r,c,e)=>[];export{a,d as b,g as c};
