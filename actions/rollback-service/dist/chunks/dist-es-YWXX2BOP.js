import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import"./chunk-5KATE7EC.js";import{Ba as o}from"./chunk-5KHNPUKR.js";import"./chunk-EFAEBDX5.js";import"./chunk-NQETCPOG.js";export{o as fromEnv};
