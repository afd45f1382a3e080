import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{a as e,c as r}from"./chunk-JEJIHUHC.js";import"./chunk-7OPVLP4E.js";import"./chunk-TNWBDEWY.js";import"./chunk-ZIPUQW4P.js";import"./chunk-NQETCPOG.js";export{r as EventStreamSerde,e as eventStreamSerdeProvider};
