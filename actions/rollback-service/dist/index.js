import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{g as a,h as i}from"./chunks/chunk-EFAEBDX5.js";import"./chunks/chunk-NQETCPOG.js";if(i("phase")==="post"){let{finishPost:t}=await import("./chunks/post-6WCHVIII.js");await t()}else{a("phase","post");let{main:t}=await import("./chunks/main-3NXIWZIS.js");await t()}
