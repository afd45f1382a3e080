import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{a as e,c as r}from"./chunk-NVGXN5AY.js";import"./chunk-W5XRJD77.js";import"./chunk-NTE47WHN.js";import"./chunk-NAWUKLJC.js";import"./chunk-BTGY3KMT.js";export{r as EventStreamSerde,e as eventStreamSerdeProvider};
