import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{a as t,b as m,c as o}from"./chunk-HE5FOL73.js";import{g as r}from"./chunk-VYVBVLRO.js";import"./chunk-HBIGMKTK.js";import"./chunk-72QAEKO2.js";import"./chunk-LKUBLS6H.js";import"./chunk-NQETCPOG.js";var e=class extends t(m,o,"DescribeTargetHealth",r){};export{e as DescribeTargetHealthCommand};
