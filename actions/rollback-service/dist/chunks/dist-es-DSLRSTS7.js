import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{a as e,b as m,c as r}from"./chunk-F57YBEYO.js";import{e as t}from"./chunk-RG4EF766.js";import"./chunk-OKFU6LO5.js";import"./chunk-LZ3NQCBE.js";import"./chunk-LKUBLS6H.js";import"./chunk-NQETCPOG.js";var o=class extends e(m,r,"GetLogEvents",t){};export{o as GetLogEventsCommand};
