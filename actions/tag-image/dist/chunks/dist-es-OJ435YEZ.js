import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{c as o}from"./chunk-Y2VP46YJ.js";import"./chunk-YFKHFT3Y.js";import"./chunk-N5VIE3O6.js";import"./chunk-S6ED76CO.js";import"./chunk-7IXSSB6I.js";import"./chunk-K45CGMSE.js";import"./chunk-4H2XIQAL.js";import"./chunk-BTGY3KMT.js";export{o as fromEnv};
