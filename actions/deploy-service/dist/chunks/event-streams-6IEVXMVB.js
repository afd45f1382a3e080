import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{a as e,c as r}from"./chunk-MX2QXQED.js";import"./chunk-ETMSVU7T.js";import"./chunk-BCMS57QK.js";import"./chunk-EFAEBDX5.js";import"./chunk-NQETCPOG.js";export{r as EventStreamSerde,e as eventStreamSerdeProvider};
