import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{g as a,h as i}from"./chunks/chunk-EFAEBDX5.js";import"./chunks/chunk-NQETCPOG.js";if(i("phase")==="post"){let{finishPost:t}=await import("./chunks/post-FFK3P2SC.js");await t()}else{a("phase","post");let{main:t}=await import("./chunks/main-FEDSVP4G.js");await t()}
