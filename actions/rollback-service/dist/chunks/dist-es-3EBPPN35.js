import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{a as e,b as m,c as r}from"./chunk-L72U7VM2.js";import{e as t}from"./chunk-BJTBVYGG.js";import"./chunk-MADX5BGN.js";import"./chunk-5IJY4FXI.js";import"./chunk-EFAEBDX5.js";import"./chunk-NQETCPOG.js";var o=class extends e(m,r,"GetLogEvents",t){};export{o as GetLogEventsCommand};
