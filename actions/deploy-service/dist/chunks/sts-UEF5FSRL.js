import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{a as e}from"./chunk-2BAM4RRS.js";import"./chunk-C6QJLFZA.js";import"./chunk-HBIGMKTK.js";import"./chunk-72QAEKO2.js";import"./chunk-LKUBLS6H.js";import"./chunk-NQETCPOG.js";export{e as getDefaultRoleAssumer};
