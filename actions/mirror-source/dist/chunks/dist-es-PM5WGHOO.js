import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{c as a,d as t}from"./chunk-ZH6PSIQB.js";import"./chunk-TX5H7MIN.js";import"./chunk-ORMX2S2Z.js";import"./chunk-S6ED76CO.js";import"./chunk-KAHNYFGQ.js";import"./chunk-4H2XIQAL.js";import"./chunk-XVJPJHIQ.js";export{a as fromContainerMetadata,t as fromInstanceMetadata};
