import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{c as o}from"./chunk-NKCKL2G6.js";import"./chunk-6CA4V7QV.js";import"./chunk-ORMX2S2Z.js";import"./chunk-S6ED76CO.js";import"./chunk-LQTM6YAT.js";import"./chunk-GH2N5J4N.js";import"./chunk-KAHNYFGQ.js";import"./chunk-4H2XIQAL.js";import"./chunk-XVJPJHIQ.js";export{o as fromEnv};
