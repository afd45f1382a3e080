import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{a as e,b as m,c as r}from"./chunk-XR3RE7U7.js";import{e as t}from"./chunk-JGUDU2PC.js";import"./chunk-EHEC5V4I.js";import"./chunk-CM7CVAAK.js";import"./chunk-U3SCXBNV.js";import"./chunk-XVJPJHIQ.js";var o=class extends e(m,r,"GetLogEvents",t){};export{o as GetLogEventsCommand};
