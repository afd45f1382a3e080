import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { checkRules, evaluateConditions } from "./conditions.ts";
import { checkDynamicReferences, replaceReferences } from "./dynamic-references.ts";
import { evaluate, type Scope } from "./evaluate.ts";
import { parseTemplate } from "./template.ts";

type Row = [text: string, expected: string];
const cases = parse(readFileSync(new URL("cases.yaml", import.meta.url), "utf8"));

const scope: Scope = {
  ref: (name) => (name === "AWS::NoValue" ? undefined : name === "List" ? ["a", "b"] : `ref-${name}`),
  attribute: (resource, attribute) => `${resource}/${attribute}`,
  condition: (name) => name === "Yes",
  importValue: (name) => `imported ${name}`,
  mappings: { Sizes: { small: { cpu: "256" } } },
  region: "us-east-1",
  zones: ["us-east-1a", "us-east-1b"],
};
/** The scope of conditions and rules, in which Ref gives its own name. */
const inputs: Scope = { ...scope, ref: (name) => name };

describe("a function", () => {
  const evaluated = (text: string) => evaluate(parseTemplate(`Value: ${text}`).Value ?? null, scope, "/Here");

  it.each<[string, unknown]>(cases.values)("%s", (text, expected) => {
    expect(evaluated(text)).toEqual(expected);
  });

  it.each<Row>(cases["refused values"])("%s is refused", (text, message) => {
    expect(() => evaluated(text)).toThrow(message);
  });
});

describe("a condition", () => {
  it.each<[string, boolean]>(cases.conditions)("%s is %s", (text, expected) => {
    const conditions = parseTemplate(`It: ${text}\nYes: !Equals [a, a]\nLater: !Condition Yes`);
    expect(evaluateConditions(conditions, inputs).It).toBe(expected);
  });

  it.each<Row>(cases["refused conditions"])("%s is refused", (text, message) => {
    expect(() => evaluateConditions(parseTemplate(`It: ${text}`), inputs)).toThrow(message);
  });
});

describe("a rule", () => {
  const check = (rule: string) => () =>
    checkRules(parseTemplate(`It: {Assertions: [{Assert: ${rule}, AssertDescription: described}]}`), inputs);

  it.each<[string]>(cases.rules)("%s holds", (rule) => {
    expect(check(rule)).not.toThrow();
  });

  it.each<Row>(cases["refused rules"])("%s is refused", (rule, message) => {
    expect(check(rule)).toThrow(message);
  });

  it("applies under its condition only, and has assertions", () => {
    const guarded = (condition: string) => () =>
      checkRules(
        parseTemplate(`It: {RuleCondition: ${condition}, Assertions: [{Assert: !Equals [a, b]}]}`),
        inputs,
      );
    expect(guarded("!Equals [a, b]")).not.toThrow();
    expect(guarded("!Equals [a, a]")).toThrow("the assertion at /Rules/It/Assertions/0 does not hold");
    expect(() => checkRules({ It: {} }, inputs)).toThrow("/Rules/It must have Assertions");
  });
});

describe("a dynamic reference", () => {
  it.each<Row>(cases.references)("%s is read", async (text, expected) => {
    const replaced = await replaceReferences(
      { list: [text, 1] },
      async ({ secretId, jsonKey, versionStage, versionId }) =>
        [secretId, jsonKey, versionStage, versionId, ""].join("|"),
    );
    expect(replaced).toEqual({ list: [expected, 1] });
  });

  it("does not change a secret, even if it looks like a reference", async () => {
    for (const secret of ["$&$1", "{{resolve:ssm:x}}"])
      expect(await replaceReferences("a{{resolve:secretsmanager:s}}", async () => secret)).toBe(`a${secret}`);
  });

  it.each<Row>(cases["refused references"])("%s is refused, with its place", (text, message) => {
    const check = () => checkDynamicReferences({ Tags: [{ Value: text }] }, "/Here");
    expect(check).toThrow(message);
    expect(check).toThrow("/Here/Tags/0/Value");
  });
});
