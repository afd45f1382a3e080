import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{b as e}from"./chunk-HPQMCBR4.js";import"./chunk-C6QJLFZA.js";import"./chunk-NCC5D2KW.js";import"./chunk-GZAZA6EX.js";import"./chunk-LKUBLS6H.js";import"./chunk-NQETCPOG.js";export{e as getDefaultRoleAssumerWithWebIdentity};
