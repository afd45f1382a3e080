import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{a as e}from"./chunk-4BNCJDWI.js";import"./chunk-C6QJLFZA.js";import"./chunk-Y3TN4AJS.js";import"./chunk-SQTG3CRA.js";import"./chunk-U3SCXBNV.js";import"./chunk-XVJPJHIQ.js";export{e as getDefaultRoleAssumer};
