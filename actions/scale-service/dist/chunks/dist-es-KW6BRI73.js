import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import"./chunk-W5XRJD77.js";import{Ka as i}from"./chunk-NTE47WHN.js";import"./chunk-NAWUKLJC.js";import"./chunk-BTGY3KMT.js";export{i as ApplicationAutoScalingClient};
