import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{a as e,c as r}from"./chunk-UXHHAZDW.js";import"./chunk-G65TBCW3.js";import"./chunk-GPPRWDFH.js";import"./chunk-EFAEBDX5.js";import"./chunk-NQETCPOG.js";export{r as EventStreamSerde,e as eventStreamSerdeProvider};
