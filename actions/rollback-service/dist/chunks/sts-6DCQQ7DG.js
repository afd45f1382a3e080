import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{b as e}from"./chunk-2XIUXS5L.js";import"./chunk-C6QJLFZA.js";import"./chunk-LZYSYJ4L.js";import"./chunk-XNCMZTQG.js";import"./chunk-EFAEBDX5.js";import"./chunk-NQETCPOG.js";export{e as getDefaultRoleAssumerWithWebIdentity};
