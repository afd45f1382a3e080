import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import"./chunk-26CHOUC5.js";import{_a as o}from"./chunk-5JXYKJCH.js";import"./chunk-U3SCXBNV.js";import"./chunk-XVJPJHIQ.js";export{o as fromEnv};
