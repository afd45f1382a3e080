import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{b as e}from"./chunk-P4PWP2MI.js";import"./chunk-JNNVLM74.js";import"./chunk-C6QJLFZA.js";import"./chunk-WQ7ZO34R.js";import"./chunk-2TPO7FQU.js";import"./chunk-AOA6WD6K.js";import"./chunk-XVJPJHIQ.js";export{e as getDefaultRoleAssumerWithWebIdentity};
