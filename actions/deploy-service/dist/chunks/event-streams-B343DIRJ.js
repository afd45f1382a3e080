import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{a as e,c as r}from"./chunk-5NWR2RLG.js";import"./chunk-BBUEDGOO.js";import"./chunk-UKL73F57.js";import"./chunk-EFAEBDX5.js";import"./chunk-NQETCPOG.js";export{r as EventStreamSerde,e as eventStreamSerdeProvider};
