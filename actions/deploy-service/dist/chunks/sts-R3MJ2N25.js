import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{b as e}from"./chunk-6ZQRFCCN.js";import"./chunk-C6QJLFZA.js";import"./chunk-CX5BBKSR.js";import"./chunk-7LJG3UQE.js";import"./chunk-EFAEBDX5.js";import"./chunk-NQETCPOG.js";export{e as getDefaultRoleAssumerWithWebIdentity};
