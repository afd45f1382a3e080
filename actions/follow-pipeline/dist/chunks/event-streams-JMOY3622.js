import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{a as e,c as r}from"./chunk-L3BUERZC.js";import"./chunk-ZJKA4MM5.js";import"./chunk-EWN2FACS.js";import"./chunk-NAWUKLJC.js";import"./chunk-BTGY3KMT.js";export{r as EventStreamSerde,e as eventStreamSerdeProvider};
