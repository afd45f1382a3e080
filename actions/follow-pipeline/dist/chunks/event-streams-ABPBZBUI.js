import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{a as e,c as r}from"./chunk-37V5RFD4.js";import"./chunk-WPFJ7B4X.js";import"./chunk-V73RFD3X.js";import"./chunk-NAWUKLJC.js";import"./chunk-BTGY3KMT.js";export{r as EventStreamSerde,e as eventStreamSerdeProvider};
