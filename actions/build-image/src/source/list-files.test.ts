import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { useFolder } from "@ecs-delivery/program/test-folder.support";
import { expect, it } from "vitest";
import { readIgnore } from "./list-files.ts";

const folder = useFolder();

async function parse(text: string) {
  await writeFile(join(folder, ".dockerignore"), text);
  return readIgnore(folder, undefined);
}

it.each([
  ["node_modules", ["node_modules/a/b.js", "node_modules"], ["src/node_modules/a.js", "node_modules2"]],
  ["**/node_modules", ["node_modules/a.js", "src/node_modules/a.js"], ["src/a.js"]],
  ["*.log", ["a.log"], ["logs/a.log", "a.LOG"]],
  ["# comment\n\n  dist  \r\n", ["dist/a.js"], ["# comment"]],
  ["\uFEFFdist", ["dist/a.js"], ["src"]],
  ["docs\n!docs/README.md", ["docs/a.md"], ["docs/README.md"]],
  ["*\n!dist", ["src/a.js", ".git/HEAD"], ["dist/server.mjs"]],
  ["/dist/", ["dist/a.js"], ["src/dist/a.js"]],
  ["temp?", ["temp1"], ["temp", "temp12"]],
  ["!dist\ndist", ["dist"], []],
])("reads %j as Docker does", async (text, ignored, kept) => {
  const { ignores } = await parse(text);
  expect(ignored.filter((path) => !ignores(path))).toEqual([]);
  expect(kept.filter(ignores)).toEqual([]);
});

it.each([
  ["docs\n!docs/README.md", "docs", true],
  ["docs\n!docs/README.md", "node_modules", false],
  ["*\n!dist/*.js", "dist", true],
  ["*\n!dist/*.js", "dist/a", true],
  ["*\n!dist/a.js", "distant", false],
  ["*\n!**/*.md", "node_modules", true],
  ["node_modules", "node_modules", false],
])("with %j, reads the ignored folder %s: %s", async (text, path, looks) => {
  expect((await parse(text)).mayHoldKept(path)).toBe(looks);
});
