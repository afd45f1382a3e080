import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{g as e}from"./chunk-KV2F2FOA.js";import"./chunk-7XN5CHLK.js";import"./chunk-LKUBLS6H.js";import"./chunk-NQETCPOG.js";export{e as stopServiceDeployment};
