import { globSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

const rules = readFileSync(".github/CODEOWNERS", "utf8")
  .split("\n")
  .filter((line) => line !== "" && !line.startsWith("#"))
  .map((line) => line.split(/ +/));

test.each(rules)(
  "the code owners' patterns of %s match existing files, and have owners",
  (pattern = "", ...owners) => {
    expect(globSync(pattern.replace(/^\//, ""))).not.toEqual([]);
    expect(owners).toEqual([expect.stringMatching(/^@[\w/-]+$/)]);
  },
);

test("workflows, roles and bundles have owners", () => {
  const paths = rules.map(([pattern]) => pattern);
  for (const path of ["/.github/", "/infra-templates/access.yaml", "/actions/*/dist/"])
    expect(paths).toContain(path);
});
