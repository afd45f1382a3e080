import { appendFileSync } from "node:fs";
import { registerHooks } from "node:module";
import { fileURLToPath } from "node:url";

// Loaded before an action. Writes the path of each file that the action loads, one per line and at once, because the
// action is ended as soon as it makes its first call.
const list = process.env.BENCH_LOADED_FILES ?? "";
registerHooks({
  load(url, context, nextLoad) {
    if (url.startsWith("file:")) appendFileSync(list, `${fileURLToPath(url)}\n`);
    return nextLoad(url, context);
  },
});
