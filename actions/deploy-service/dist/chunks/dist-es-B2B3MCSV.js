import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{a as t,b as m,c as o}from"./chunk-SI6O7ILR.js";import{g as r}from"./chunk-CHS7RONU.js";import"./chunk-NCC5D2KW.js";import"./chunk-GZAZA6EX.js";import"./chunk-LKUBLS6H.js";import"./chunk-NQETCPOG.js";var e=class extends t(m,o,"DescribeTargetHealth",r){};export{e as DescribeTargetHealthCommand};
