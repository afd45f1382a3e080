import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{a as e,c as r}from"./chunk-XLXHJ5N4.js";import"./chunk-EPOVUNHW.js";import"./chunk-Y6L6CEJW.js";import"./chunk-NAWUKLJC.js";import"./chunk-BTGY3KMT.js";export{r as EventStreamSerde,e as eventStreamSerdeProvider};
