import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{a as e,b as m,c as r}from"./chunk-EWDMKTMI.js";import{e as t}from"./chunk-FNHADGFW.js";import"./chunk-HBIGMKTK.js";import"./chunk-72QAEKO2.js";import"./chunk-LKUBLS6H.js";import"./chunk-NQETCPOG.js";var o=class extends e(m,r,"GetLogEvents",t){};export{o as GetLogEventsCommand};
