import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{a as e,c as r}from"./chunk-QUB753FL.js";import"./chunk-UXXOPLYP.js";import"./chunk-UPTSHMBR.js";import"./chunk-NAWUKLJC.js";import"./chunk-BTGY3KMT.js";export{r as EventStreamSerde,e as eventStreamSerdeProvider};
