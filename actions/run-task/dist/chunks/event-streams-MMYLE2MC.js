import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{a as e,c as r}from"./chunk-WSAKFKES.js";import"./chunk-V2CF4CJH.js";import"./chunk-S6ED76CO.js";import"./chunk-4H2XIQAL.js";import"./chunk-XVJPJHIQ.js";export{r as EventStreamSerde,e as eventStreamSerdeProvider};
