import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{a as t,b as m,c as o}from"./chunk-JNKNTGKS.js";import{g as r}from"./chunk-GIGRIRH3.js";import"./chunk-BBUEDGOO.js";import"./chunk-UKL73F57.js";import"./chunk-EFAEBDX5.js";import"./chunk-NQETCPOG.js";var e=class extends t(m,o,"DescribeTargetHealth",r){};export{e as DescribeTargetHealthCommand};
