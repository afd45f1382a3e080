import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{a as e}from"./chunk-K65KDZJE.js";import"./chunk-C6QJLFZA.js";import"./chunk-CTNFH35F.js";import"./chunk-CCR7KLEL.js";import"./chunk-U3SCXBNV.js";import"./chunk-XVJPJHIQ.js";export{e as getDefaultRoleAssumer};
