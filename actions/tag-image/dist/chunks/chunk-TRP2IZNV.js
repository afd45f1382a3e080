import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{a as t}from"./chunk-BTGY3KMT.js";var o=t((s,e)=>{e.exports=process.getBuiltinModule("node:https")});export{o as a};
