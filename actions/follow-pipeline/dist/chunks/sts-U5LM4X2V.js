import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{a as e}from"./chunk-FPZCKB7R.js";import"./chunk-C6QJLFZA.js";import"./chunk-ZJKA4MM5.js";import"./chunk-EWN2FACS.js";import"./chunk-NAWUKLJC.js";import"./chunk-BTGY3KMT.js";export{e as getDefaultRoleAssumer};
