import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{a as t,b as m,c as o}from"./chunk-NG7T3XS3.js";import{g as r}from"./chunk-W7RXQ5IW.js";import"./chunk-CX5BBKSR.js";import"./chunk-7LJG3UQE.js";import"./chunk-EFAEBDX5.js";import"./chunk-NQETCPOG.js";var e=class extends t(m,o,"DescribeTargetHealth",r){};export{e as DescribeTargetHealthCommand};
