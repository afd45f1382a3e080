import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{a as e,c as r}from"./chunk-AGTONR3T.js";import"./chunk-GWH5DZHI.js";import"./chunk-BEF75NOJ.js";import"./chunk-ZIPUQW4P.js";import"./chunk-NQETCPOG.js";export{r as EventStreamSerde,e as eventStreamSerdeProvider};
