import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{b as e}from"./chunk-URY3T4G2.js";import"./chunk-C6QJLFZA.js";import"./chunk-ETMSVU7T.js";import"./chunk-BCMS57QK.js";import"./chunk-EFAEBDX5.js";import"./chunk-NQETCPOG.js";export{e as getDefaultRoleAssumerWithWebIdentity};
