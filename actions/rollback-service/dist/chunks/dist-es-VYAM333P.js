import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{a as t,b as m,c as o}from"./chunk-X55HLRCA.js";import{g as r}from"./chunk-75JYEVDS.js";import"./chunk-5KATE7EC.js";import"./chunk-5KHNPUKR.js";import"./chunk-EFAEBDX5.js";import"./chunk-NQETCPOG.js";var e=class extends t(m,o,"DescribeTargetHealth",r){};export{e as DescribeTargetHealthCommand};
