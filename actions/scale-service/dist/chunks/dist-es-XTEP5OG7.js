import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import"./chunk-5255SDL5.js";import{fb as i}from"./chunk-2GG3F2MK.js";import"./chunk-NAWUKLJC.js";import"./chunk-BTGY3KMT.js";export{i as ApplicationAutoScalingClient};
