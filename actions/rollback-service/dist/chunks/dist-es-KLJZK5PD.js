import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{a as t,b as m,c as o}from"./chunk-LKTZ3UIB.js";import{g as r}from"./chunk-M4Q77K47.js";import"./chunk-YHB5Y4YI.js";import"./chunk-DEIX5N3U.js";import"./chunk-EFAEBDX5.js";import"./chunk-NQETCPOG.js";var e=class extends t(m,o,"DescribeTargetHealth",r){};export{e as DescribeTargetHealthCommand};
