import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{c as a,d as t}from"./chunk-NK4EVVND.js";import"./chunk-WZM5VPHA.js";import"./chunk-LZYSYJ4L.js";import"./chunk-XNCMZTQG.js";import"./chunk-EFAEBDX5.js";import"./chunk-NQETCPOG.js";export{a as fromContainerMetadata,t as fromInstanceMetadata};
