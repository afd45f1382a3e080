import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{a as t,b as m,c as o}from"./chunk-WQQRORQN.js";import{g as r}from"./chunk-ZBPJGV7R.js";import"./chunk-BP2ABNFK.js";import"./chunk-5H6KJWB5.js";import"./chunk-EFAEBDX5.js";import"./chunk-NQETCPOG.js";var e=class extends t(m,o,"DescribeTargetHealth",r){};export{e as DescribeTargetHealthCommand};
