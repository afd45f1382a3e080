import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{a as e,c as r}from"./chunk-J5A5QN4P.js";import"./chunk-QYKNWEEE.js";import"./chunk-NNYX2R5W.js";import"./chunk-ZIPUQW4P.js";import"./chunk-NQETCPOG.js";export{r as EventStreamSerde,e as eventStreamSerdeProvider};
