import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import"./chunk-WQ7ZO34R.js";import{Za as o}from"./chunk-2TPO7FQU.js";import"./chunk-AOA6WD6K.js";import"./chunk-XVJPJHIQ.js";export{o as fromEnv};
