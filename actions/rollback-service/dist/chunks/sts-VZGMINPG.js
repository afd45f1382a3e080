import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{b as e}from"./chunk-GKMKG5E4.js";import"./chunk-C6QJLFZA.js";import"./chunk-G65TBCW3.js";import"./chunk-GPPRWDFH.js";import"./chunk-EFAEBDX5.js";import"./chunk-NQETCPOG.js";export{e as getDefaultRoleAssumerWithWebIdentity};
