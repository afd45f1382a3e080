import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{a as e,c as r}from"./chunk-TLYDVFVC.js";import"./chunk-CX5BBKSR.js";import"./chunk-7LJG3UQE.js";import"./chunk-EFAEBDX5.js";import"./chunk-NQETCPOG.js";export{r as EventStreamSerde,e as eventStreamSerdeProvider};
