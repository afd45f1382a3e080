import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{a as e,b as m,c as r}from"./chunk-HRJHMCZK.js";import{e as t}from"./chunk-VQ4HRLEY.js";import"./chunk-I6FNXDVX.js";import"./chunk-PWPY7JOQ.js";import"./chunk-EFAEBDX5.js";import"./chunk-NQETCPOG.js";var o=class extends e(m,r,"GetLogEvents",t){};export{o as GetLogEventsCommand};
