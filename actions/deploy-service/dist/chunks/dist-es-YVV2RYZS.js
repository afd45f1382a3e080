import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import"./chunk-CX5BBKSR.js";import{za as o}from"./chunk-7LJG3UQE.js";import"./chunk-EFAEBDX5.js";import"./chunk-NQETCPOG.js";export{o as fromEnv};
