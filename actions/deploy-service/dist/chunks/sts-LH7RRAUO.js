import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{b as e}from"./chunk-RJFZONYA.js";import"./chunk-C6QJLFZA.js";import"./chunk-26CHOUC5.js";import"./chunk-5JXYKJCH.js";import"./chunk-U3SCXBNV.js";import"./chunk-XVJPJHIQ.js";export{e as getDefaultRoleAssumerWithWebIdentity};
