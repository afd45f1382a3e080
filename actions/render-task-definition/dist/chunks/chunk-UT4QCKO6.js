import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{b as t}from"./chunk-XVJPJHIQ.js";var o=t((s,e)=>{e.exports=process.getBuiltinModule("node:https")});export{o as a};
