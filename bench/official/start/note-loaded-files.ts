import { appendFileSync } from "node:fs";
import { registerHooks } from "node:module";
import { fileURLToPath } from "node:url";

// Loaded before an action: writes the path of each file that the action loads, one a line, at once, as the action is
// ended as soon as it has made its first call.
const list = process.env.BENCH_LOADED_FILES ?? "";
registerHooks({
  load(url, context, nextLoad) {
    if (url.startsWith("file:")) appendFileSync(list, `${fileURLToPath(url)}\n`);
    return nextLoad(url, context);
  },
});
