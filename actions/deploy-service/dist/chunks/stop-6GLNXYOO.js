import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{g as e}from"./chunk-NCC5D2KW.js";import"./chunk-GZAZA6EX.js";import"./chunk-LKUBLS6H.js";import"./chunk-NQETCPOG.js";export{e as stopServiceDeployment};
