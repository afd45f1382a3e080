import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{a as e,c as r}from"./chunk-GT6QVJLO.js";import"./chunk-7UFYFEUS.js";import"./chunk-B772P2LP.js";import"./chunk-U3SCXBNV.js";import"./chunk-XVJPJHIQ.js";export{r as EventStreamSerde,e as eventStreamSerdeProvider};
