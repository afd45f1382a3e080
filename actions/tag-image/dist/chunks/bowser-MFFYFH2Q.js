import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import"./chunk-XVJPJHIQ.js";function e(){throw new Error("this bundle leaves bowser out: see scripts/bundle-action.ts")}var r={parse:e};export{r as default};
