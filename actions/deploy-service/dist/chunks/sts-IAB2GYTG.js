import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{b as e}from"./chunk-R4JCNJ3B.js";import"./chunk-C6QJLFZA.js";import"./chunk-EHEC5V4I.js";import"./chunk-CM7CVAAK.js";import"./chunk-U3SCXBNV.js";import"./chunk-XVJPJHIQ.js";export{e as getDefaultRoleAssumerWithWebIdentity};
