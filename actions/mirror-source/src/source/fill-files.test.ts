import { expect, test } from "vitest";
import { fillFile } from "./fill-files.ts";

const placeholders = {
  values: new Map([
    ["Host", 'db "one"'],
    ["Port", "3306"],
    ["IMAGE1_NAME", "never"],
  ]),
  kept: ["IMAGE1_NAME"],
};
const fill = (file: string, text: string | Buffer) => fillFile(file, Buffer.from(text), placeholders);

test.each<[string, string, string, string | undefined]>([
  ["JSON, with escapes", "a.json", '{"host":"<Host>"}', '{\n  "host": "db \\"one\\""\n}\n'],
  [
    "YAML, a port as a number, comments as they are",
    "a.yaml",
    "# <Host>\nport: <Port>\n",
    "# <Host>\nport: 3306\n",
  ],
  ["another text", "run.sh", "connect <Host>\n", 'connect db "one"\n'],
  ["a kept one", "a.json", '{ "image": "<IMAGE1_NAME>" }', undefined],
  ["none at all, though the file is broken", "a.json", '{"a": <b>x</b>', undefined],
  ["a file that is no text", "a.bin", "\0<Host>", undefined],
])("%s", (_, file, text, content) => {
  expect(fill(file, text)).toEqual({ content, open: [] });
});

test.each<[string, string, number]>([
  ["taskdef.json", '{\n  "family": "web",\n  "role": "<Role>"\n}', 3],
  ["appspec.yml", "a: 1\nb:\n  - <Role>\n", 3],
  ["notes.txt", "first\n<Role> is open\n", 2],
])("names an unfilled placeholder with its line in %s", (file, text, line) => {
  expect(fill(file, text).open).toEqual([{ file, line, name: "Role" }]);
});

test("reports a file with placeholders that is no JSON with its place", () => {
  expect(() => fill("a.json", '{\n "host": <Host>\n}')).toThrow("a.json:2:10 is not valid JSON");
});
