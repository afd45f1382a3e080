import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{b as e}from"./chunk-FWBL4ODT.js";import"./chunk-C6QJLFZA.js";import"./chunk-OX6S5SAJ.js";import"./chunk-APN6ZYSD.js";import"./chunk-U3SCXBNV.js";import"./chunk-XVJPJHIQ.js";export{e as getDefaultRoleAssumerWithWebIdentity};
