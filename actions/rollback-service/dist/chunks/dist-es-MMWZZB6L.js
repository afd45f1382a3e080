import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{a as e,b as m,c as r}from"./chunk-EGDTJD34.js";import{e as t}from"./chunk-DD7JODM6.js";import"./chunk-BP2ABNFK.js";import"./chunk-5H6KJWB5.js";import"./chunk-EFAEBDX5.js";import"./chunk-NQETCPOG.js";var o=class extends e(m,r,"GetLogEvents",t){};export{o as GetLogEventsCommand};
