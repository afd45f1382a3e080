import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{f as o}from"./chunk-LZYSYJ4L.js";import"./chunk-XNCMZTQG.js";import"./chunk-EFAEBDX5.js";import"./chunk-NQETCPOG.js";export{o as stopDeployment};
