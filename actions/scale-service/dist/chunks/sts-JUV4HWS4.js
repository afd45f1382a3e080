import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{b as e}from"./chunk-A5FI4RP4.js";import"./chunk-C6QJLFZA.js";import"./chunk-W5XRJD77.js";import"./chunk-NTE47WHN.js";import"./chunk-NAWUKLJC.js";import"./chunk-BTGY3KMT.js";export{e as getDefaultRoleAssumerWithWebIdentity};
