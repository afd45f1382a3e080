import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{a as e,b as m,c as r}from"./chunk-BFRZEHKO.js";import{e as t}from"./chunk-UIXWUFEC.js";import"./chunk-26CHOUC5.js";import"./chunk-5JXYKJCH.js";import"./chunk-U3SCXBNV.js";import"./chunk-XVJPJHIQ.js";var o=class extends e(m,r,"GetLogEvents",t){};export{o as GetLogEventsCommand};
