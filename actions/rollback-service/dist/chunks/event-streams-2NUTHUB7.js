import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{a as e,c as r}from"./chunk-AGSWHHBI.js";import"./chunk-OKFU6LO5.js";import"./chunk-LZ3NQCBE.js";import"./chunk-LKUBLS6H.js";import"./chunk-NQETCPOG.js";export{r as EventStreamSerde,e as eventStreamSerdeProvider};
