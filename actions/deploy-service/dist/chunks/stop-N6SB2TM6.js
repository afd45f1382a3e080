import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{f as o}from"./chunk-BBUEDGOO.js";import"./chunk-UKL73F57.js";import"./chunk-EFAEBDX5.js";import"./chunk-NQETCPOG.js";export{o as stopDeployment};
