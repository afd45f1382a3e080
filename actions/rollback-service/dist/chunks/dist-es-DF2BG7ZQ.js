import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{a as t,b as m,c as o}from"./chunk-3HYSPOLA.js";import{g as r}from"./chunk-DOIEAEDT.js";import"./chunk-KV2F2FOA.js";import"./chunk-7XN5CHLK.js";import"./chunk-LKUBLS6H.js";import"./chunk-NQETCPOG.js";var e=class extends t(m,o,"DescribeTargetHealth",r){};export{e as DescribeTargetHealthCommand};
