import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{a as e,b as m,c as r}from"./chunk-OY4HOJJW.js";import{e as t}from"./chunk-5YGYTZ55.js";import"./chunk-BBUEDGOO.js";import"./chunk-UKL73F57.js";import"./chunk-EFAEBDX5.js";import"./chunk-NQETCPOG.js";var o=class extends e(m,r,"GetLogEvents",t){};export{o as GetLogEventsCommand};
