import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{g as e}from"./chunk-BP2ABNFK.js";import"./chunk-5H6KJWB5.js";import"./chunk-EFAEBDX5.js";import"./chunk-NQETCPOG.js";export{e as stopServiceDeployment};
