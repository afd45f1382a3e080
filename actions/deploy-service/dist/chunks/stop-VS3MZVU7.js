import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{g as e}from"./chunk-BBUEDGOO.js";import"./chunk-UKL73F57.js";import"./chunk-EFAEBDX5.js";import"./chunk-NQETCPOG.js";export{e as stopServiceDeployment};
