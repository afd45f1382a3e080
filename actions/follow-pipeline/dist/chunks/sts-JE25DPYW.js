import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{b as e}from"./chunk-J67JRFQO.js";import"./chunk-C6QJLFZA.js";import"./chunk-WPFJ7B4X.js";import"./chunk-V73RFD3X.js";import"./chunk-NAWUKLJC.js";import"./chunk-BTGY3KMT.js";export{e as getDefaultRoleAssumerWithWebIdentity};
