import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { parameterValue, resolveParameters } from "./parameters.ts";

const cases = parse(readFileSync(new URL("parameters.yaml", import.meta.url), "utf8"));
const { declared } = cases;
const give = (ParameterKey: string, ParameterValue: string) => [{ ParameterKey, ParameterValue }];

test("defaults are overridden by previous and given values", () => {
  const values = { Name: "xy", Count: "2", Mode: "on" };
  expect(resolveParameters(declared, give("Name", "xy"))).toMatchObject(values);
  const previous = [{ ParameterKey: "Name", UsePreviousValue: true }];
  expect(resolveParameters(declared, previous, { Name: "old" })).toMatchObject({ Name: "old" });
  expect(parameterValue(declared.Items, "a, b")).toEqual(["a", "b"]);
});

test.each<[string, string, string]>(cases["refused values"])("%s: %s", (name, value, message) => {
  expect(() => resolveParameters(declared, give(name, value))).toThrow(message);
});

test.each<[typeof declared, string]>(cases["refused declarations"])(
  "declarations %j",
  (parameters, message) => {
    expect(() => resolveParameters(parameters, [])).toThrow(message);
  },
);
