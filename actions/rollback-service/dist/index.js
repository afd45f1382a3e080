import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{g as a,h as i}from"./chunks/chunk-LKUBLS6H.js";import"./chunks/chunk-NQETCPOG.js";if(i("phase")==="post"){let{finishPost:t}=await import("./chunks/post-RMZRADZ4.js");await t()}else{a("phase","post");let{main:t}=await import("./chunks/main-XAW7UMIV.js");await t()}
