import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{b as o,d as s,e as r,f as i,g as m}from"./chunk-XAE5MBJ7.js";import"./chunk-WQ7ZO34R.js";import"./chunk-2TPO7FQU.js";import"./chunk-AOA6WD6K.js";import"./chunk-XVJPJHIQ.js";var e=class extends r(i,m,"DescribeRepositories",o){};export{e as DescribeRepositoriesCommand,s as ECRClient};
