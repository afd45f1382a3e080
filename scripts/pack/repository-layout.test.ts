import { existsSync } from "node:fs";
import { join } from "node:path";
import { useFolder, writeFiles } from "@ecs-delivery/program/test-folder.support";
import { build } from "rolldown";
import { expect, onTestFinished, test } from "vitest";
import { repositoryLayout } from "./repository-layout.ts";

const files = {
  "cli/main.ts": `export { data, program, root } from "../lab/src/story/parts.ts";
export { text } from "../live/browser/text.mjs";`,
  "lab/src/story/data/a.yaml": "a: 1",
  "lab/src/story/data/a.test.ts": "",
  "lab/src/story/program.ts": `const text: string = "started";\nconsole.log(text);`,
  "lab/src/story/record.cjs": "",
  "live/browser/text.mjs": `export const text = import.meta.url;`,
  "live/browser/text.css": "",
};

/** Bundles the files, with this text in the file `parts.ts`; resolves to the package's folder. */
async function pack(parts: string): Promise<string> {
  const folder = useFolder(onTestFinished);
  writeFiles(join(folder, "repository"), { ...files, "lab/src/story/parts.ts": parts });
  const layout = repositoryLayout(join(folder, "repository"));
  const { output } = await build({
    input: join(folder, "repository/cli/main.ts"),
    plugins: [layout.plugin],
    platform: "node",
    logLevel: "silent",
    output: { dir: join(folder, "packed/lib") },
  });
  await layout.write(
    join(folder, "packed"),
    output.filter((file) => file.type === "chunk"),
  );
  return join(folder, "packed");
}

test("a bundled module finds its data, its programs, its folder and modules of browsers", async () => {
  const packed = await pack(`
    import { join, resolve } from "node:path";
    const name: string = "a";
    // import.meta.url in a comment names nothing
    export const data = [new URL(\`./data/\${name}.yaml\`, import.meta.url).pathname, join(import.meta.dirname, "record.cjs")];
    export const program = new URL("./program.ts", import.meta.url).pathname;
    export const root = resolve(import.meta.dirname, "../../..");`);
  const { data, program, root, text } = await import(join(packed, "lib/main.js"));
  const story = join(packed, "lab/src/story");
  expect(data.map((path: string) => join(path))).toEqual([
    join(story, "data/a.yaml"),
    join(story, "record.cjs"),
  ]);
  expect(
    [...data, program, join(packed, "live/browser/text.css")].filter((path) => !existsSync(path)),
  ).toEqual([]);
  expect({ program, root, text }).toEqual({
    program: join(story, "program.js"),
    root: packed,
    text: `file://${join(packed, "live/browser/text.mjs")}`,
  });
  expect(existsSync(join(story, "data/a.test.ts"))).toBe(false);
});

test.each([
  [
    "a file that does not exist",
    `new URL("./b.yaml", import.meta.url)`,
    "names ./b.yaml, which the repository does not have",
  ],
  [
    "a file outside the repository",
    `new URL("../../../../a", import.meta.url)`,
    "which the repository does not have",
  ],
  [
    "a folder with sources",
    `join(import.meta.dirname, "..")`,
    "names .., a folder with sources. Fix: name each file",
  ],
  [
    "a file that only the running program knows",
    "new URL(name, import.meta.url)",
    "parts.ts uses import.meta in a way",
  ],
  ["a package by require", `createRequire(import.meta.url)("a")`, "parts.ts uses import.meta in a way"],
])("the package is not made when a module needs %s", async (_, expression, message) => {
  const parts = `const name = "story"; declare const createRequire: any;
    export const data = ${expression}, program = "", root = "";`;
  await expect(pack(parts)).rejects.toThrow(message);
});
