import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{g as a,h as i}from"./chunks/chunk-NAWUKLJC.js";import"./chunks/chunk-BTGY3KMT.js";if(i("phase")==="post"){let{finishPost:t}=await import("./chunks/post-JSUSFPYV.js");await t()}else{a("phase","post");let{main:t}=await import("./chunks/main-3DRZP6XJ.js");await t()}
