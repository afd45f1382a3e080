import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{b as e}from"./chunk-OU6SG5BC.js";import"./chunk-C6QJLFZA.js";import"./chunk-ARLGHKKN.js";import"./chunk-JVM66TRM.js";import"./chunk-NAWUKLJC.js";import"./chunk-BTGY3KMT.js";export{e as getDefaultRoleAssumerWithWebIdentity};
