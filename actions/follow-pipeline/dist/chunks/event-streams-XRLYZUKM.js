import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{a as e,c as r}from"./chunk-6YSE7AMH.js";import"./chunk-OX6S5SAJ.js";import"./chunk-APN6ZYSD.js";import"./chunk-U3SCXBNV.js";import"./chunk-XVJPJHIQ.js";export{r as EventStreamSerde,e as eventStreamSerdeProvider};
