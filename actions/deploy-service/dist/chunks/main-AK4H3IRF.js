import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{p as a}from"./chunk-26CHOUC5.js";import"./chunk-5JXYKJCH.js";import"./chunk-U3SCXBNV.js";import"./chunk-XVJPJHIQ.js";export{a as main};
