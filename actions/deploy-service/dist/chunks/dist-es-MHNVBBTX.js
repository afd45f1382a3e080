import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{a as e,b as m,c as r}from"./chunk-T6VQ6TUY.js";import{e as t}from"./chunk-I7BQAVOM.js";import"./chunk-ETMSVU7T.js";import"./chunk-BCMS57QK.js";import"./chunk-EFAEBDX5.js";import"./chunk-NQETCPOG.js";var o=class extends e(m,r,"GetLogEvents",t){};export{o as GetLogEventsCommand};
