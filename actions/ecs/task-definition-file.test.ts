import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { useFolder } from "@ecs-delivery/program/test-folder.support";
import { expect, test } from "vitest";
import { readTaskDefinition } from "./task-definition-file.ts";

const folder = useFolder();
const log = { info() {}, notice() {}, warning() {}, error() {} };

async function read(text: string, name = "t.json") {
  const file = join(folder, name);
  writeFileSync(file, text);
  const { taskDefinition, findings } = await readTaskDefinition(file, log);
  return { family: taskDefinition?.family, texts: findings.map((found) => found.text.replace(file, name)) };
}

test.each<[string, string, string?]>([
  [
    "plain JSON",
    '\uFEFF {"family": "web", "containerDefinitions": [{"name": "a", "image": "b", "memory": 9}]}',
  ],
  [
    "JSON with a comment and a last comma",
    '// ours\n{"family": "web", /* and */ "containerDefinitions": [{"name": "a", "image": "b", "memory": 9},]}',
  ],
  ["YAML", "family: web\ncontainerDefinitions: [{name: a, image: b, memory: 9}]\n", "t.yaml"],
])("reads %s", async (_, text, name) => {
  expect(await read(text, name)).toEqual({ family: "web", texts: [] });
});

test("uses the last one of two equal keys, and says so", async () => {
  const text =
    '{"family": "old",\n "family": "web", "containerDefinitions": [{"name": "a", "image": "b", "memory": 9}]}';
  expect(await read(text)).toEqual({
    family: "web",
    texts: ["t.json:2: duplicate key family, first on line 1; the second value is used"],
  });
});

test.each([
  ['{"family": "web"', "t.json:1:17 is not valid JSON: it ends too early"],
  ['["web"]', "t.json"],
  ["", "t.json"],
])("has no task definition in %j", async (text, beginning) => {
  const { family, texts } = await read(text);
  expect(family).toBeUndefined();
  expect(texts[0]).toContain(beginning);
});
