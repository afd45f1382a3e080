import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{b as t}from"./chunk-UIXWUFEC.js";import{da as o,oa as m}from"./chunk-5JXYKJCH.js";var a=o(t,"Logs_20140328","CloudWatchLogsClient",m),d={},g=(n,r,c,e)=>[];export{a,d as b,g as c};
