import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{a as e,b as m,c as r}from"./chunk-NZWCKTXO.js";import{e as t}from"./chunk-6FS7Q5XN.js";import"./chunk-G65TBCW3.js";import"./chunk-GPPRWDFH.js";import"./chunk-EFAEBDX5.js";import"./chunk-NQETCPOG.js";var o=class extends e(m,r,"GetLogEvents",t){};export{o as GetLogEventsCommand};
