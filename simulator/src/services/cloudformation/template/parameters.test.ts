import { expect, test } from "vitest";
import { parameterValue, resolveParameters } from "./parameters.ts";

const declared = {
  Name: { Type: "String", MinLength: 2, MaxLength: 4, Default: "abc" },
  Count: { Type: "Number", MinValue: 1, MaxValue: 5, Default: 2 },
  Mode: { Type: "String", AllowedValues: ["on", "off"], Default: "on" },
  Code: {
    Type: "String",
    AllowedPattern: "[a-z]+",
    ConstraintDescription: "small letters only",
    Default: "x",
  },
  Items: { Type: "CommaDelimitedList", Default: "a, b" },
};
const give = (ParameterKey: string, ParameterValue: string) => [{ ParameterKey, ParameterValue }];

test("defaults are overridden by previous and given values", () => {
  expect(resolveParameters(declared, give("Name", "xy"))).toMatchObject({
    Name: "xy",
    Count: "2",
    Mode: "on",
  });
  const previous = [{ ParameterKey: "Name", UsePreviousValue: true }];
  expect(resolveParameters(declared, previous, { Name: "old" })).toMatchObject({ Name: "old" });
  expect(parameterValue(declared.Items, "a, b")).toEqual(["a", "b"]);
});

test.each([
  [give("Nam", "x"), "Parameters: [Nam] do not exist in the template"],
  [give("Name", "x"), "Parameter 'Name' must contain at least 2 characters"],
  [give("Name", "abcde"), "Parameter 'Name' must contain at most 4 characters"],
  [give("Count", "x"), "Parameter 'Count' must be a number"],
  [give("Count", "0"), "Parameter 'Count' must be a number not less than 1"],
  [give("Count", "6"), "Parameter 'Count' must be a number not greater than 5"],
  [give("Mode", "of"), "Parameter 'Mode' must be one of AllowedValues [on, off]"],
  [give("Code", "X"), "Parameter 'Code' failed to satisfy constraint: small letters only"],
])("%j", (given, message) => {
  expect(() => resolveParameters(declared, given)).toThrow(message);
});

test.each([
  [{ X: { Type: "String" }, Y: { Type: "String" } }, "Parameters: [X, Y] must have values"],
  [{ X: { Type: "AWS::SSM::Parameter::Value<Nonsense>" } }, "which is not supported"],
  [{ X: { Type: "String", Defalt: "" } }, "parameter X has unknown attributes [Defalt]"],
])("declarations %j", (parameters, message) => {
  expect(() => resolveParameters(parameters, [])).toThrow(message);
});
