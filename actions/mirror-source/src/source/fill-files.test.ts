import { expect, test } from "vitest";
import { fillFile } from "./fill-files.ts";

const placeholders = {
  values: new Map([
    ["Host", 'db "one"'],
    ["Port", "3306"],
    ["IMAGE1_NAME", "never"],
  ]),
  plainSecrets: new Map<string, string>(),
};
const fill = (file: string, text: string | Buffer) => fillFile(file, Buffer.from(text), placeholders);

test.each<[string, string, string, string | undefined]>([
  ["fills JSON, with escapes", "a.json", '{"host":"<Host>"}', '{\n  "host": "db \\"one\\""\n}\n'],
  [
    "fills YAML, a port as a number, comments unchanged",
    "a.yaml",
    "# <Host>\nport: <Port>\n",
    "# <Host>\nport: 3306\n",
  ],
  ["changes nothing in another text", "run.sh", "connect <Host>\n", undefined],
  ["keeps a placeholder that is to stay", "a.json", '{ "image": "<IMAGE1_NAME>" }', undefined],
  ["changes nothing without placeholders, even in a broken file", "a.json", '{"a": <b>x</b>', undefined],
])("%s", (_, file, text, content) => {
  expect(fill(file, text)).toEqual({ content, open: [] });
});

test.each<[string, string, number]>([
  ["taskdef.json", '{\n  "family": "web",\n  "role": "<Role>"\n}', 3],
  ["appspec.yml", "a: 1\nb:\n  - <Role>\n", 3],
])("names an unfilled placeholder with its line in %s", (file, text, line) => {
  expect(fill(file, text).open).toEqual([{ file, line, name: "Role" }]);
});

test("reports a file with placeholders that is not JSON with its place", () => {
  expect(() => fill("a.json", '{\n "host": <Host>\n}')).toThrow("a.json:2:10 is not valid JSON");
});

test("gives a task definition plain values instead of its secrets, whose placeholders need no value then", () => {
  const container = { name: "web", image: "<IMAGE1_NAME>", secrets: [{ name: "KEY", valueFrom: "<Arn>" }] };
  const text = JSON.stringify({ containerDefinitions: [container] });
  const plainSecrets = new Map([["KEY", "coffee"]]);
  const { content, open } = fillFile("taskdef.json", Buffer.from(text), { ...placeholders, plainSecrets });
  expect(open).toEqual([]);
  expect(JSON.parse(content ?? "").containerDefinitions).toEqual([
    { name: "web", image: "<IMAGE1_NAME>", environment: [{ name: "KEY", value: "coffee" }] },
  ]);
});
