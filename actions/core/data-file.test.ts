import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { useFolder } from "@ecs-delivery/program/test-folder.support";
import { expect, onTestFinished, test } from "vitest";
import {
  duplicateKeys,
  findDataPositions,
  type Keys,
  parseData,
  parseJsonText,
  readDataFile,
} from "./data-file.ts";

test.each([
  ['{"a": }', 'f.json:1:7 is not valid JSON: "}" is not allowed here'],
  ['{\n  "a": 1,\n  "b": [1 2],\n}', 'f.json:3:11 is not valid JSON: "2" is not allowed here'],
  ['{\n  "a": 1\n  "b": 2\n}', "f.json:3:3 is not valid JSON"],
  ['{ // "b": 2 }\n  "a": 1', "f.json:2:9 is not valid JSON: it ends too early"],
  ["", "f.json:1:1 is not valid JSON: it ends too early"],
  ['{"a": tru}', "f.json:1:7 is not valid JSON"],
  ['{"a": "line\nbreak"}', "f.json:1:7 is not valid JSON"],
  ["[1, 2] 3", "f.json:1:8 is not valid JSON"],
  ["a: [", /^f\.json:\d:\d is not valid YAML/],
])("reports malformed JSON %j with its place", (text, message) => {
  expect(() => parseData(text, "f.json")).toThrow(message);
});

test.each<[string, string, unknown]>([
  ["commas after the last member", '{"a": [1, 2,], "b": 1,\n}', { a: [1, 2], b: 1 }],
  [
    "comments",
    '// ours\n{ "a": "x // y", /* "b": 1,\n */ "c": "/* d */" } // end',
    { a: "x // y", c: "/* d */" },
  ],
  ["booleans of Python", '{"a": True, "b": [FALSE, true]}', { a: true, b: [false, true] }],
  [
    "keys and texts without quotes",
    "{family: web, image: https://x/y}",
    { family: "web", image: "https://x/y" },
  ],
  ["YAML", "family: web # ours\nlist:\n  - True\n", { family: "web", list: [true] }],
  ["a duplicate key", '{"a": 1, "a": 2}', { a: 2 }],
])("accepts %s in a .json file", (_, text, value) => {
  expect(parseData(text, "f.json")).toEqual(value);
});

test("accepts a byte order mark at the beginning of a file", () => {
  const file = join(useFolder(onTestFinished), "f.json");
  writeFileSync(file, '\uFEFF{"a": 1}');
  expect(readDataFile(file)).toEqual({ a: 1 });
});

test.each<[string, readonly string[]]>([
  ['{"a": {"b": 1}, "c": {"b": "\\"a\\": 1"}, "d": ["e", ":", "f"]}', []],
  ['{"a": 1, // ours\n"a": 2,}', ["a"]],
  ["a: 1\nb: {c: 1, c: 2}\n", ["c"]],
])("in %j, finds the duplicate keys %j", (text, keys) => {
  expect(duplicateKeys(text).map(({ key }) => key)).toEqual(keys);
});

test.each(["{a: 1}", '{"a": tru}', "a: 1", ""])("requires JSON of the JSON text %j", (text) => {
  expect(() => parseJsonText(text, "Input x")).toThrow("Input x:1:");
});

test("reports malformed YAML with its place", () => {
  expect(() => parseData("version: 0.0\nResources: [\n", "appspec.yaml")).toThrow(
    /^appspec\.yaml:\d+:\d+ is not valid YAML/,
  );
});

const json =
  '{\n\t"family": "web",\n\t"containerDefinitions": [\n\t\t{ "name": "a" },\n\t\t{ "name": "b",\n\t\t  "cpu": 1 }\n\t]\n}';
const yaml =
  "# ours\nfamily: web\nbase: &base\n  cpu: 1\ncontainerDefinitions:\n  - *base\n  - name: b\n    cpu: 2\n";

test.each<[string, Keys, number | undefined]>([
  [json, ["family"], 2],
  [json, ["containerDefinitions", 0], 4],
  [json, ["containerDefinitions", 1, "cpu"], 6],
  [json, ["containerDefinitions", 1, "missing", "below"], 5],
  [json, ["nothing"], undefined],
  ['// ours\n{ /* a\nb: */ "family": "w//b" }', ["family"], 3],
  [yaml, ["family"], 2],
  [yaml, ["containerDefinitions", 1, "cpu"], 8],
  [yaml, ["containerDefinitions", 0, "cpu"], 4],
])("in %j, finds %j on line %s", (text, keys, line) => {
  expect(findDataPositions(text).lineOf(keys)).toBe(line);
});

test("finds a duplicate key of an object with both places", () => {
  const text = '{\n"a": {"x": 1},\n"b": {"x": 1, "x": 2},\n"a": 3\n}';
  expect(findDataPositions(text).duplicateKeys).toEqual([
    { key: "a", firstLine: 2, line: 4 },
    { key: "x", firstLine: 3, line: 3 },
  ]);
});
