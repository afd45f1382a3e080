import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import"./chunk-HBIGMKTK.js";import{za as o}from"./chunk-72QAEKO2.js";import"./chunk-LKUBLS6H.js";import"./chunk-NQETCPOG.js";export{o as fromEnv};
