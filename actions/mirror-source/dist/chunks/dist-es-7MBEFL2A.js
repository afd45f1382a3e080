import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{c as o}from"./chunk-JGWDVOAG.js";import"./chunk-ZCH7NDRB.js";import"./chunk-2KQP3TII.js";import"./chunk-S6ED76CO.js";import"./chunk-RU5FLB5F.js";import"./chunk-JCZWK4R6.js";import"./chunk-4H2XIQAL.js";import"./chunk-NQETCPOG.js";export{o as fromEnv};
