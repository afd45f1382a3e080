import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{b as t}from"./chunk-ZDSGWS7H.js";import{U as o,da as m}from"./chunk-DEIX5N3U.js";var a=o(t,"Logs_20140328","CloudWatchLogsClient",m),d={},g=(n,r,c,e)=>[];export{a,d as b,g as c};
