import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{a as t,b as m,c as o}from"./chunk-ERYF6BF3.js";import{g as r}from"./chunk-CRRWQ3EO.js";import"./chunk-I6FNXDVX.js";import"./chunk-PWPY7JOQ.js";import"./chunk-EFAEBDX5.js";import"./chunk-NQETCPOG.js";var e=class extends t(m,o,"DescribeTargetHealth",r){};export{e as DescribeTargetHealthCommand};
