import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{f as o}from"./chunk-I6FNXDVX.js";import"./chunk-PWPY7JOQ.js";import"./chunk-EFAEBDX5.js";import"./chunk-NQETCPOG.js";export{o as stopDeployment};
