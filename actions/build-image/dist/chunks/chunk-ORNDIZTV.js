import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
async function r(e,t){return await Promise.allSettled([e,t]),[await e,await t]}export{r as a};
