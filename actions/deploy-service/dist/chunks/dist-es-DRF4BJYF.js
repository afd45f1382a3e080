import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import"./chunk-I6FNXDVX.js";import{za as o}from"./chunk-PWPY7JOQ.js";import"./chunk-EFAEBDX5.js";import"./chunk-NQETCPOG.js";export{o as fromEnv};
