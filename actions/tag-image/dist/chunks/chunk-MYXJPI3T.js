import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{a as t}from"./chunk-BTGY3KMT.js";var o=t((p,e)=>{e.exports=process.getBuiltinModule("node:http")});export{o as a};
