import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{a as e}from"./chunk-MTXPIMP4.js";import"./chunk-C6QJLFZA.js";import"./chunk-5KATE7EC.js";import"./chunk-5KHNPUKR.js";import"./chunk-EFAEBDX5.js";import"./chunk-NQETCPOG.js";export{e as getDefaultRoleAssumer};
