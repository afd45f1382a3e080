import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{b as e}from"./chunk-JFXDIR2G.js";import"./chunk-C6QJLFZA.js";import"./chunk-I6FNXDVX.js";import"./chunk-PWPY7JOQ.js";import"./chunk-EFAEBDX5.js";import"./chunk-NQETCPOG.js";export{e as getDefaultRoleAssumerWithWebIdentity};
