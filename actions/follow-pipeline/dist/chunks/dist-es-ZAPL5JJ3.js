import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import"./chunk-OX6S5SAJ.js";import{Wa as o}from"./chunk-APN6ZYSD.js";import"./chunk-U3SCXBNV.js";import"./chunk-XVJPJHIQ.js";export{o as fromEnv};
