import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{K as a}from"./chunk-GWH5DZHI.js";import"./chunk-BEF75NOJ.js";import"./chunk-ZIPUQW4P.js";import"./chunk-NQETCPOG.js";export{a as main};
