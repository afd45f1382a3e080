import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{K as a}from"./chunk-7OPVLP4E.js";import"./chunk-TNWBDEWY.js";import"./chunk-ZIPUQW4P.js";import"./chunk-NQETCPOG.js";export{a as main};
