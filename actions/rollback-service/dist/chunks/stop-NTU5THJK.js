import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{g as e}from"./chunk-MADX5BGN.js";import"./chunk-5IJY4FXI.js";import"./chunk-EFAEBDX5.js";import"./chunk-NQETCPOG.js";export{e as stopServiceDeployment};
