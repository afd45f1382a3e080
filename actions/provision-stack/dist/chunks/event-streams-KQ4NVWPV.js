import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{a as e,c as r}from"./chunk-UUNNCOMD.js";import"./chunk-WQ7ZO34R.js";import"./chunk-2TPO7FQU.js";import"./chunk-AOA6WD6K.js";import"./chunk-XVJPJHIQ.js";export{r as EventStreamSerde,e as eventStreamSerdeProvider};
