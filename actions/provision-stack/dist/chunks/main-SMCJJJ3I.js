import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{G as a}from"./chunk-WQ7ZO34R.js";import"./chunk-2TPO7FQU.js";import"./chunk-AOA6WD6K.js";import"./chunk-XVJPJHIQ.js";export{a as main};
