import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{a as t,b as m,c as o}from"./chunk-DAMLCNUF.js";import{g as r}from"./chunk-SJUGJ3A4.js";import"./chunk-R72CPNQX.js";import"./chunk-WOK4TULF.js";import"./chunk-EFAEBDX5.js";import"./chunk-NQETCPOG.js";var e=class extends t(m,o,"DescribeTargetHealth",r){};export{e as DescribeTargetHealthCommand};
