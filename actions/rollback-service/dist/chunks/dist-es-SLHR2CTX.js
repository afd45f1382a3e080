import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{a as e,b as m,c as r}from"./chunk-C22IP6YE.js";import{e as t}from"./chunk-75RY2XSH.js";import"./chunk-CTNFH35F.js";import"./chunk-CCR7KLEL.js";import"./chunk-U3SCXBNV.js";import"./chunk-XVJPJHIQ.js";var o=class extends e(m,r,"GetLogEvents",t){};export{o as GetLogEventsCommand};
