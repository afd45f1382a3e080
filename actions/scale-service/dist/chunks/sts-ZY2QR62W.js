import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{a as e}from"./chunk-Y64SRWFB.js";import"./chunk-C6QJLFZA.js";import"./chunk-5255SDL5.js";import"./chunk-2GG3F2MK.js";import"./chunk-NAWUKLJC.js";import"./chunk-BTGY3KMT.js";export{e as getDefaultRoleAssumer};
