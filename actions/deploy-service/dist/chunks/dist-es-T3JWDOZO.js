import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{a as t,b as m,c as o}from"./chunk-7OKZNTQX.js";import{g as r}from"./chunk-UMLF3PVH.js";import"./chunk-ETMSVU7T.js";import"./chunk-BCMS57QK.js";import"./chunk-EFAEBDX5.js";import"./chunk-NQETCPOG.js";var e=class extends t(m,o,"DescribeTargetHealth",r){};export{e as DescribeTargetHealthCommand};
