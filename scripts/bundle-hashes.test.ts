import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { checkHashes, noteHashes } from "./bundle-hashes.ts";

const lockOf = (versions: { http?: string; rolldown?: string; hono?: string }) =>
  JSON.stringify({
    packages: {
      actions: { dependencies: { "@actions/core": "^3.0.1" } },
      "node_modules/@actions/core": { version: "3.0.1", dependencies: { http: "^2.0.0", left: "1" } },
      "node_modules/@actions/core/node_modules/http": { version: versions.http ?? "2.0.0" },
      "node_modules/http": { version: versions.hono ?? "1.0.0" },
      "node_modules/hono": { version: versions.hono ?? "1.0.0" },
      "node_modules/rolldown": { version: versions.rolldown ?? "1.0.0", dev: true },
    },
  });
const files = {
  "package-lock.json": lockOf({}),
  "actions/greet/src/index.ts": "export {};\n",
  "actions/greet/src/index.test.ts": "",
  "actions/greet/dist/index.js": "",
};

let folder: string;
const write = async (name: string, text: string) => {
  await mkdir(dirname(join(folder, name)), { recursive: true });
  await writeFile(join(folder, name), text);
};
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "hashes-"));
  for (const [name, text] of Object.entries(files)) await write(name, text);
  noteHashes(folder);
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const older = "dist is older than the sources, or than the packages in it";

test.each([
  ["a changed source", "actions/greet/src/index.ts", "export const text = 1;\n", older],
  ["a new source", "actions/core/greet.ts", "export {};\n", older],
  ["another version of a package's own package", "package-lock.json", lockOf({ http: "2.0.1" }), older],
  ["another version of a bundler", "package-lock.json", lockOf({ rolldown: "1.0.1" }), older],
  ["another version of a service's package", "package-lock.json", lockOf({ hono: "1.0.1" }), undefined],
  ["an edited bundle", "actions/greet/dist/index.js", "run();\n", "dist was changed after its build"],
  ["a new file in a bundle", "actions/greet/dist/more.js", "", "dist was changed after its build"],
  ["a changed test", "actions/greet/src/index.test.ts", "more();\n", undefined],
  ["line ends of Windows", "actions/greet/src/index.ts", "export {};\r\n", undefined],
])("%s gives the right answer", async (_, name, text, problem) => {
  expect(checkHashes(folder)).toBeUndefined();
  await write(name, text);
  expect(checkHashes(folder)).toBe(problem);
});
