import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import"./chunk-R72CPNQX.js";import{za as o}from"./chunk-WOK4TULF.js";import"./chunk-EFAEBDX5.js";import"./chunk-NQETCPOG.js";export{o as fromEnv};
