import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{a as e}from"./chunk-U7RPZV2F.js";import"./chunk-C6QJLFZA.js";import"./chunk-BBUEDGOO.js";import"./chunk-UKL73F57.js";import"./chunk-EFAEBDX5.js";import"./chunk-NQETCPOG.js";export{e as getDefaultRoleAssumer};
