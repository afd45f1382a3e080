import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import"./chunk-7UFYFEUS.js";import{nb as i}from"./chunk-B772P2LP.js";import"./chunk-U3SCXBNV.js";import"./chunk-XVJPJHIQ.js";export{i as ApplicationAutoScalingClient};
