import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{a}from"./chunk-TX5H7MIN.js";import"./chunk-XVJPJHIQ.js";export default a();
