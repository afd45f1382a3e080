import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{a as e}from"./chunk-JVCEECU6.js";import"./chunk-IIVBUKZ2.js";import"./chunk-C6QJLFZA.js";import"./chunk-Z7ZZVHJU.js";import"./chunk-UIP6AG6O.js";import"./chunk-ZIPUQW4P.js";import"./chunk-NQETCPOG.js";export{e as getDefaultRoleAssumer};
