import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{b as e}from"./chunk-XUMKWL5A.js";import"./chunk-FO4S74CC.js";import"./chunk-C6QJLFZA.js";import"./chunk-QYKNWEEE.js";import"./chunk-NNYX2R5W.js";import"./chunk-ZIPUQW4P.js";import"./chunk-NQETCPOG.js";export{e as getDefaultRoleAssumerWithWebIdentity};
