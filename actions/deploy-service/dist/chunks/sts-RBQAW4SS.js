import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{b as e}from"./chunk-MCCK4KPN.js";import"./chunk-C6QJLFZA.js";import"./chunk-Z2D6JN45.js";import"./chunk-B3Z67GTG.js";import"./chunk-EFAEBDX5.js";import"./chunk-NQETCPOG.js";export{e as getDefaultRoleAssumerWithWebIdentity};
