import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{g as e}from"./chunk-Z2D6JN45.js";import"./chunk-B3Z67GTG.js";import"./chunk-EFAEBDX5.js";import"./chunk-NQETCPOG.js";export{e as stopServiceDeployment};
