import { useFolder, writeFiles } from "@ecs-delivery/program/test-folder.support";
import { expect, onTestFinished, test } from "vitest";
import { isBuilt, noteBuild } from "./build-actions.ts";

const lockOf = (http: string, rolldown: string, vitest: string) =>
  JSON.stringify({
    packages: {
      "node_modules/http": { version: http },
      "node_modules/rolldown": { version: rolldown, dev: true },
      "node_modules/vitest": { version: vitest, dev: true },
    },
  });
const files = {
  "package-lock.json": lockOf("1", "1", "1"),
  "actions/greet/src/index.ts": "export {};\n",
  "actions/greet/src/index.test.ts": "",
};

test.each([
  ["older than a changed source", "actions/greet/src/index.ts", "export const text = 1;\n", false],
  ["older than a new source", "actions/core/greet.ts", "export {};\n", false],
  ["older than a package", "package-lock.json", lockOf("2", "1", "1"), false],
  ["older than a bundler", "package-lock.json", lockOf("1", "2", "1"), false],
  ["not older than another package for development", "package-lock.json", lockOf("1", "1", "2"), true],
  ["not older than a changed test", "actions/greet/src/index.test.ts", "more();\n", true],
  ["not older than line ends of Windows", "actions/greet/src/index.ts", "export {};\r\n", true],
])("a build is %s", (_, name, text, expected) => {
  const folder = useFolder(onTestFinished);
  writeFiles(folder, files);
  noteBuild(folder);
  expect(isBuilt(folder)).toBe(true);
  writeFiles(folder, { [name]: text });
  expect(isBuilt(folder)).toBe(expected);
});
