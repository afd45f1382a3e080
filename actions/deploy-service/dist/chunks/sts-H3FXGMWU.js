import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{a as e}from"./chunk-IRPY5IAM.js";import"./chunk-C6QJLFZA.js";import"./chunk-R72CPNQX.js";import"./chunk-WOK4TULF.js";import"./chunk-EFAEBDX5.js";import"./chunk-NQETCPOG.js";export{e as getDefaultRoleAssumer};
