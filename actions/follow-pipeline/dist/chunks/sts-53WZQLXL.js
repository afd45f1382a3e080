import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{a as e}from"./chunk-PNMMTY3I.js";import"./chunk-C6QJLFZA.js";import"./chunk-EPOVUNHW.js";import"./chunk-Y6L6CEJW.js";import"./chunk-NAWUKLJC.js";import"./chunk-BTGY3KMT.js";export{e as getDefaultRoleAssumer};
