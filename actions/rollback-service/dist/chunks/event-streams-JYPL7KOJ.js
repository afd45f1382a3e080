import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{a as e,c as r}from"./chunk-QGLTAVUM.js";import"./chunk-CTNFH35F.js";import"./chunk-CCR7KLEL.js";import"./chunk-U3SCXBNV.js";import"./chunk-XVJPJHIQ.js";export{r as EventStreamSerde,e as eventStreamSerdeProvider};
