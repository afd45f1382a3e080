import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { markdownTable } from "../../core/summary.ts";
import { usageKeys } from "../../cost/usage.ts";

test("has the README's table of use equal to the program's", () => {
  const readme = readFileSync(join(import.meta.dirname, "../README.md"), "utf8");
  const rows = Object.entries(usageKeys).map(([key, [fallback, meaning]]) => [
    `\`${key}\``,
    meaning,
    fallback === undefined ? "" : `\`${fallback}\``,
  ]);
  rows.push(["`alwaysFree`", "`true` if nothing else uses the account's permanent free tier", "`true`"]);
  const table = markdownTable(["key", "meaning", "default"], rows);
  expect(/<!-- usage:begin -->\n([\s\S]*)\n<!-- usage:end -->/.exec(readme)?.[1]).toBe(table);
});
