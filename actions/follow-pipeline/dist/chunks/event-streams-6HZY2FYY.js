import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{a as e,c as r}from"./chunk-SE34LXYB.js";import"./chunk-LCF3KT7Y.js";import"./chunk-QDWS4SFO.js";import"./chunk-U3SCXBNV.js";import"./chunk-XVJPJHIQ.js";export{r as EventStreamSerde,e as eventStreamSerdeProvider};
