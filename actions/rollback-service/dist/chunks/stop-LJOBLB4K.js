import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{g as e}from"./chunk-OKFU6LO5.js";import"./chunk-LZ3NQCBE.js";import"./chunk-LKUBLS6H.js";import"./chunk-NQETCPOG.js";export{e as stopServiceDeployment};
