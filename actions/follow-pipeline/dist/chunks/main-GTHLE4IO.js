import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{d as a}from"./chunk-OX6S5SAJ.js";import"./chunk-APN6ZYSD.js";import"./chunk-U3SCXBNV.js";import"./chunk-XVJPJHIQ.js";export{a as main};
