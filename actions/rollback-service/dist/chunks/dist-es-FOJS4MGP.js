import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import"./chunk-LZYSYJ4L.js";import{Ba as o}from"./chunk-XNCMZTQG.js";import"./chunk-EFAEBDX5.js";import"./chunk-NQETCPOG.js";export{o as fromEnv};
