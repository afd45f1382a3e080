import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{c as a,d as t}from"./chunk-CLZ4M63Q.js";import"./chunk-TX5H7MIN.js";import"./chunk-WQ7ZO34R.js";import"./chunk-2TPO7FQU.js";import"./chunk-AOA6WD6K.js";import"./chunk-XVJPJHIQ.js";export{a as fromContainerMetadata,t as fromInstanceMetadata};
