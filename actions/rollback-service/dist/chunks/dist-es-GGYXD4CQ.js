import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{a as e,b as m,c as r}from"./chunk-XWDT2626.js";import{e as t}from"./chunk-4VN7D3NZ.js";import"./chunk-5KATE7EC.js";import"./chunk-5KHNPUKR.js";import"./chunk-EFAEBDX5.js";import"./chunk-NQETCPOG.js";var o=class extends e(m,r,"GetLogEvents",t){};export{o as GetLogEventsCommand};
