import { expect, test } from "vitest";
import { parseData } from "./data-file.ts";
import { findJsonError } from "./json-position.ts";

test.each([
  ['{"a": }', 'f.json:1:7 is not valid JSON: "}" is not expected here'],
  ['{\n  "a": 1,\n}', 'f.json:3:1 is not valid JSON: "}" after a comma'],
  ['{\n  "a": 1\n  "b": 2\n}', "f.json:3:3 is not valid JSON"],
  ['{"a": 1', "f.json:1:8 is not valid JSON: it ends too early"],
  ["", "f.json:1:1 is not valid JSON: it ends too early"],
  ['{"a": tru}', "f.json:1:7 is not valid JSON"],
  ["[1, 2] 3", "f.json:1:8 is not valid JSON"],
  ['{"a": "line\nbreak"}', "f.json:1:7 is not valid JSON"],
  ["{a: 1}", "f.json:1:2 is not valid JSON"],
])("malformed JSON %j is named with its place", (text, message) => {
  expect(() => parseData(text, "f.json")).toThrow(message);
});

test.each([["{}"], ["[]"], [' [{"a": [1, -2.5e3, "x\\n\\u00e9"], "b": {"c": null}}, true] \n']])(
  "valid JSON %j has no error position",
  (text) => {
    expect(findJsonError(text)).toBeUndefined();
  },
);

test("malformed YAML is named with its place", () => {
  expect(() => parseData("version: 0.0\nResources: [\n", "appspec.yaml")).toThrow(
    /^appspec\.yaml:\d+:\d+ is not valid YAML/,
  );
});
