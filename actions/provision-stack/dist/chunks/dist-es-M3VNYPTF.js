import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import"./chunk-GWH5DZHI.js";import{Sa as o}from"./chunk-BEF75NOJ.js";import"./chunk-ZIPUQW4P.js";import"./chunk-NQETCPOG.js";export{o as fromEnv};
