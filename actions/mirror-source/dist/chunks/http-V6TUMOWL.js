import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{a}from"./chunk-WZM5VPHA.js";import"./chunk-NQETCPOG.js";export default a();
