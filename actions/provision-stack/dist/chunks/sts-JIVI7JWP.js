import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{b as e}from"./chunk-Z4XMCDXS.js";import"./chunk-NNC2F7JZ.js";import"./chunk-C6QJLFZA.js";import"./chunk-GWH5DZHI.js";import"./chunk-BEF75NOJ.js";import"./chunk-ZIPUQW4P.js";import"./chunk-NQETCPOG.js";export{e as getDefaultRoleAssumerWithWebIdentity};
