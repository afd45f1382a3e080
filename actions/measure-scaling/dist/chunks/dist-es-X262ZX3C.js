import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{c as o}from"./chunk-3LI4EX3N.js";import"./chunk-NGCZP4FY.js";import"./chunk-WX5ZHHHU.js";import"./chunk-S6ED76CO.js";import"./chunk-RU5FLB5F.js";import"./chunk-JCZWK4R6.js";import"./chunk-4H2XIQAL.js";import"./chunk-NQETCPOG.js";export{o as fromEnv};
