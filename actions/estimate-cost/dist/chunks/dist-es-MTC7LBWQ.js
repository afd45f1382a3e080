import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{c as o}from"./chunk-GAIP7WJM.js";import"./chunk-I55KOTTT.js";import"./chunk-2KQP3TII.js";import"./chunk-S6ED76CO.js";import"./chunk-A2NOGD3C.js";import"./chunk-GH2N5J4N.js";import"./chunk-JCZWK4R6.js";import"./chunk-4H2XIQAL.js";import"./chunk-NQETCPOG.js";export{o as fromEnv};
