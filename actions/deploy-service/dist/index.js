import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{g as a,h as i}from"./chunks/chunk-LKUBLS6H.js";import"./chunks/chunk-NQETCPOG.js";if(i("phase")==="post"){let{finishPost:t}=await import("./chunks/post-5EVUIR3I.js");await t()}else{a("phase","post");let{main:t}=await import("./chunks/main-L4APY4UU.js");await t()}
