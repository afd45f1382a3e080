import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{g as e}from"./chunk-HBIGMKTK.js";import"./chunk-72QAEKO2.js";import"./chunk-LKUBLS6H.js";import"./chunk-NQETCPOG.js";export{e as stopServiceDeployment};
