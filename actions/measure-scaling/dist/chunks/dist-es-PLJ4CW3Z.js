import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{c as o}from"./chunk-JHNBDKIE.js";import"./chunk-HZMFE57B.js";import"./chunk-RZTT6CQA.js";import"./chunk-S6ED76CO.js";import"./chunk-2MKCAF6F.js";import"./chunk-KAHNYFGQ.js";import"./chunk-4H2XIQAL.js";import"./chunk-XVJPJHIQ.js";export{o as fromEnv};
