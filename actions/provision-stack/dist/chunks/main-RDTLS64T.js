import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{K as a}from"./chunk-Z7ZZVHJU.js";import"./chunk-UIP6AG6O.js";import"./chunk-ZIPUQW4P.js";import"./chunk-NQETCPOG.js";export{a as main};
