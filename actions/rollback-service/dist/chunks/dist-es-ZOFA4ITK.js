import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{a as t,b as m,c as o}from"./chunk-H3EES3QA.js";import{g as r}from"./chunk-5FY2PJ7M.js";import"./chunk-G65TBCW3.js";import"./chunk-GPPRWDFH.js";import"./chunk-EFAEBDX5.js";import"./chunk-NQETCPOG.js";var e=class extends t(m,o,"DescribeTargetHealth",r){};export{e as DescribeTargetHealthCommand};
