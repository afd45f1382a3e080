import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{a as e,b as m,c as r}from"./chunk-E47PR6GB.js";import{e as t}from"./chunk-MNLD7CMU.js";import"./chunk-R72CPNQX.js";import"./chunk-WOK4TULF.js";import"./chunk-EFAEBDX5.js";import"./chunk-NQETCPOG.js";var o=class extends e(m,r,"GetLogEvents",t){};export{o as GetLogEventsCommand};
