import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{a as e,b as m,c as r}from"./chunk-C6VXTW4I.js";import{e as t}from"./chunk-VKFQBRJ2.js";import"./chunk-Z2D6JN45.js";import"./chunk-B3Z67GTG.js";import"./chunk-EFAEBDX5.js";import"./chunk-NQETCPOG.js";var o=class extends e(m,r,"GetLogEvents",t){};export{o as GetLogEventsCommand};
