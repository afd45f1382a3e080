import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import"./chunk-7OPVLP4E.js";import{Sa as o}from"./chunk-TNWBDEWY.js";import"./chunk-ZIPUQW4P.js";import"./chunk-NQETCPOG.js";export{o as fromEnv};
