import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{a as e,b as m,c as r}from"./chunk-EFK722JH.js";import{e as t}from"./chunk-ZDSGWS7H.js";import"./chunk-YHB5Y4YI.js";import"./chunk-DEIX5N3U.js";import"./chunk-EFAEBDX5.js";import"./chunk-NQETCPOG.js";var o=class extends e(m,r,"GetLogEvents",t){};export{o as GetLogEventsCommand};
