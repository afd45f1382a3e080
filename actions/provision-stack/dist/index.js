import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{g as a,h as i}from"./chunks/chunk-ZIPUQW4P.js";import"./chunks/chunk-NQETCPOG.js";if(i("phase")==="post"){let{finishPost:t}=await import("./chunks/post-XGV4DDHE.js");await t()}else{a("phase","post");let{main:t}=await import("./chunks/main-3YCTZ53R.js");await t()}
