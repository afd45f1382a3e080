import { expect, test } from "vitest";
import { findDataPositions, type Keys } from "./data-file-positions.ts";

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
