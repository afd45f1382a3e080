import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{a as e,b as m,c as r}from"./chunk-7JSKTXJT.js";import{e as t}from"./chunk-MPCU5O3E.js";import"./chunk-Y3TN4AJS.js";import"./chunk-SQTG3CRA.js";import"./chunk-U3SCXBNV.js";import"./chunk-XVJPJHIQ.js";var o=class extends e(m,r,"GetLogEvents",t){};export{o as GetLogEventsCommand};
