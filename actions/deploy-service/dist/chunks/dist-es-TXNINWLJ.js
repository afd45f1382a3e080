import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{a as e,b as m,c as r}from"./chunk-EUB5JSU4.js";import{e as t}from"./chunk-RB3YCLEY.js";import"./chunk-CX5BBKSR.js";import"./chunk-7LJG3UQE.js";import"./chunk-EFAEBDX5.js";import"./chunk-NQETCPOG.js";var o=class extends e(m,r,"GetLogEvents",t){};export{o as GetLogEventsCommand};
