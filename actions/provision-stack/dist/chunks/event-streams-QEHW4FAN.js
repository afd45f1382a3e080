import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{a as e,c as r}from"./chunk-PQSGMMEZ.js";import"./chunk-Z7ZZVHJU.js";import"./chunk-UIP6AG6O.js";import"./chunk-ZIPUQW4P.js";import"./chunk-NQETCPOG.js";export{r as EventStreamSerde,e as eventStreamSerdeProvider};
