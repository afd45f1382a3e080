import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{b as t}from"./chunk-MPCU5O3E.js";import{T as o,ca as m}from"./chunk-SQTG3CRA.js";var a=o(t,"Logs_20140328","CloudWatchLogsClient",m),d={},g=(n,r,c,e)=>[];export{a,d as b,g as c};
