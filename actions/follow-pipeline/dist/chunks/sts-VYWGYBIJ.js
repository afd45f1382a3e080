import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{a as e}from"./chunk-N5NJ7W4M.js";import"./chunk-C6QJLFZA.js";import"./chunk-LCF3KT7Y.js";import"./chunk-QDWS4SFO.js";import"./chunk-U3SCXBNV.js";import"./chunk-XVJPJHIQ.js";export{e as getDefaultRoleAssumer};
