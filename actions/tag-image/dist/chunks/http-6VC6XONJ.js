import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{a}from"./chunk-MYXJPI3T.js";import"./chunk-BTGY3KMT.js";export default a();
