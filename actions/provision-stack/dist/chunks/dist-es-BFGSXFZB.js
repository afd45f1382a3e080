import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import"./chunk-Z7ZZVHJU.js";import{Sa as o}from"./chunk-UIP6AG6O.js";import"./chunk-ZIPUQW4P.js";import"./chunk-NQETCPOG.js";export{o as fromEnv};
