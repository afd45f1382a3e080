import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{a as e,e as m,g as o,o as r}from"./chunk-OKLIUJYP.js";var t=class extends e(m,o,"HeadBucket",r){};export{t as a};
