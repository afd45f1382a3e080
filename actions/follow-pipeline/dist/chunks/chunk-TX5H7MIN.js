import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{b as t}from"./chunk-XVJPJHIQ.js";var o=t((p,e)=>{e.exports=process.getBuiltinModule("node:http")});export{o as a};
