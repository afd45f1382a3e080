import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{b as e}from"./chunk-TUOOTAYH.js";import"./chunk-C6QJLFZA.js";import"./chunk-KV2F2FOA.js";import"./chunk-7XN5CHLK.js";import"./chunk-LKUBLS6H.js";import"./chunk-NQETCPOG.js";export{e as getDefaultRoleAssumerWithWebIdentity};
