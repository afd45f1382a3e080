import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{f as o}from"./chunk-KV2F2FOA.js";import"./chunk-7XN5CHLK.js";import"./chunk-LKUBLS6H.js";import"./chunk-NQETCPOG.js";export{o as stopDeployment};
