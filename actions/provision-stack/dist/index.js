import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{g as a,h as i}from"./chunks/chunk-ZIPUQW4P.js";import"./chunks/chunk-NQETCPOG.js";if(i("phase")==="post"){let{finishPost:t}=await import("./chunks/post-DIFF3ZHK.js");await t()}else{a("phase","post");let{main:t}=await import("./chunks/main-IK4M777G.js");await t()}
