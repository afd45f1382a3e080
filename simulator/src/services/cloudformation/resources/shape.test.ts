import { expect, test } from "vitest";
import { camelCase, coerce } from "./shape.ts";
import { shapeOf } from "./type-table.ts";

const shape = shapeOf({
  ...{
    Port: "integer",
    Public: "boolean",
    "Name!": "text",
    Mode: "on | off",
    Policy: "json",
    Options: "map",
  },
  Rules: [{ "FromPort!": "integer" }],
});

test("texts are converted to the service's types, and back", () => {
  const given = { Name: 8, Port: "80", Public: "true", Options: { A: 1 }, Rules: [{ FromPort: "1" }] };
  expect(coerce(shape, given, "#")).toEqual({
    Name: "8",
    Port: 80,
    Public: true,
    Options: { A: "1" },
    Rules: [{ FromPort: 1 }],
  });
});

test.each([
  [{}, "#: required key [Name] not found"],
  [{ Name: "a", Port: "x" }, '#/Port: expected type: Integer, found: "x"'],
  [{ Name: "a", Public: "yes" }, "#/Public: expected type: Boolean"],
  [{ Name: ["a"] }, "#/Name: expected type: String"],
  [{ Name: "a", Mode: "of" }, "#/Mode: of is not a valid enum value (allowed: on, off)"],
  [{ Name: "a", Rules: {} }, "#/Rules: expected type: JSONArray"],
  [{ Name: "a", Rules: [{}] }, "#/Rules/0: required key [FromPort] not found"],
  [{ Name: "a", Rules: [{ FromPort: 1, Toport: 2 }] }, "#/Rules/0: extraneous key [Toport] is not permitted"],
  [{ Name: "a", Policy: "{}" }, "#/Policy: expected type: JSONObject"],
])("%j", (value, message) => {
  expect(() => coerce(shape, value, "#")).toThrow(message);
});

test("members start with a lower-case letter, keys of maps and documents do not change", () => {
  const value = { Rules: [{ FromPort: 1 }], Options: { Key: "v" }, Policy: { Version: "1" } };
  expect(camelCase(shape, value)).toEqual({
    rules: [{ fromPort: 1 }],
    options: { Key: "v" },
    policy: { Version: "1" },
  });
});
