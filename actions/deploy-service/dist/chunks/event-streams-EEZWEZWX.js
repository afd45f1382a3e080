import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{a as e,c as r}from"./chunk-UUPH644Y.js";import"./chunk-NCC5D2KW.js";import"./chunk-GZAZA6EX.js";import"./chunk-LKUBLS6H.js";import"./chunk-NQETCPOG.js";export{r as EventStreamSerde,e as eventStreamSerdeProvider};
