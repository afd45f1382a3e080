import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{a as o,b as r,c as s}from"./chunk-J7SERRCY.js";import{g as e}from"./chunk-ZAAVCBE3.js";var i=class extends o(r,s,"DescribeRepositories",e){};export{i as a};
