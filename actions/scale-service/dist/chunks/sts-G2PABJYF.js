import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{a as e}from"./chunk-MCY5GGYL.js";import"./chunk-C6QJLFZA.js";import"./chunk-7UFYFEUS.js";import"./chunk-B772P2LP.js";import"./chunk-U3SCXBNV.js";import"./chunk-XVJPJHIQ.js";export{e as getDefaultRoleAssumer};
