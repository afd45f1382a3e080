import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{a as e,c as r}from"./chunk-DIUTRKEJ.js";import"./chunk-EHEC5V4I.js";import"./chunk-CM7CVAAK.js";import"./chunk-U3SCXBNV.js";import"./chunk-XVJPJHIQ.js";export{r as EventStreamSerde,e as eventStreamSerdeProvider};
