import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{a as e}from"./chunk-OJNFLTYS.js";import"./chunk-47BVELC4.js";import"./chunk-C6QJLFZA.js";import"./chunk-7OPVLP4E.js";import"./chunk-TNWBDEWY.js";import"./chunk-ZIPUQW4P.js";import"./chunk-NQETCPOG.js";export{e as getDefaultRoleAssumer};
