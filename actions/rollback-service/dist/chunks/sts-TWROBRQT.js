import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{b as e}from"./chunk-R7QOK3F3.js";import"./chunk-C6QJLFZA.js";import"./chunk-YHB5Y4YI.js";import"./chunk-DEIX5N3U.js";import"./chunk-EFAEBDX5.js";import"./chunk-NQETCPOG.js";export{e as getDefaultRoleAssumerWithWebIdentity};
