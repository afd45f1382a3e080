import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{a as o,b as r,c as s}from"./chunk-YQCUZG53.js";import{g as e}from"./chunk-45A3UMNF.js";var i=class extends o(r,s,"DescribeRepositories",e){};export{i as a};
