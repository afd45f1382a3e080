import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{a as t,b as m,c as o}from"./chunk-FPCE6KNO.js";import{g as r}from"./chunk-UBTHP7FV.js";import"./chunk-OKFU6LO5.js";import"./chunk-LZ3NQCBE.js";import"./chunk-LKUBLS6H.js";import"./chunk-NQETCPOG.js";var e=class extends t(m,o,"DescribeTargetHealth",r){};export{e as DescribeTargetHealthCommand};
