import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{f as o}from"./chunk-HBIGMKTK.js";import"./chunk-72QAEKO2.js";import"./chunk-LKUBLS6H.js";import"./chunk-NQETCPOG.js";export{o as stopDeployment};
