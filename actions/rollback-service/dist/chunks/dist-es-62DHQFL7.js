import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import"./chunk-G65TBCW3.js";import{Ba as o}from"./chunk-GPPRWDFH.js";import"./chunk-EFAEBDX5.js";import"./chunk-NQETCPOG.js";export{o as fromEnv};
