import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{a as e}from"./chunk-KU2PNABV.js";import"./chunk-C6QJLFZA.js";import"./chunk-UXXOPLYP.js";import"./chunk-UPTSHMBR.js";import"./chunk-NAWUKLJC.js";import"./chunk-BTGY3KMT.js";export{e as getDefaultRoleAssumer};
