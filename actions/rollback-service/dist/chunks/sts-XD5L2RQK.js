import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{b as e}from"./chunk-GHXLSYY2.js";import"./chunk-C6QJLFZA.js";import"./chunk-MADX5BGN.js";import"./chunk-5IJY4FXI.js";import"./chunk-EFAEBDX5.js";import"./chunk-NQETCPOG.js";export{e as getDefaultRoleAssumerWithWebIdentity};
