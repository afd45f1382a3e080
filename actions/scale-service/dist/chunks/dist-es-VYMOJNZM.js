import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{c as e}from"./chunk-UXXOPLYP.js";import"./chunk-UPTSHMBR.js";import"./chunk-NAWUKLJC.js";import"./chunk-BTGY3KMT.js";export{e as DescribeTargetHealthCommand};
