// biome-ignore-all lint/suspicious/noTemplateCurlyInString: Fn::Sub writes its variables so
import { expect, test } from "vitest";
import { evaluate, type Scope } from "./evaluate.ts";
import { parseTemplate } from "./template.ts";

const scope: Scope = {
  ref: (name) => (name === "AWS::NoValue" ? undefined : name === "List" ? ["a", "b"] : `ref-${name}`),
  attribute: (resource, attribute) => `${resource}/${attribute}`,
  condition: (name) => name === "Yes",
  importValue: (name) => `imported ${name}`,
  mappings: { Sizes: { small: { cpu: "256" } } },
  region: "us-east-1",
  zones: ["us-east-1a", "us-east-1b"],
};

test.each([
  ["!Ref A", "ref-A"],
  ["!GetAtt A.B.C", "A/B.C"],
  ["{Fn::GetAtt: [A, B]}", "A/B"],
  ["!Sub 'x-${A}-${A.B}-${AWS::Region}-${!Kept}'", "x-ref-A-A/B-ref-AWS::Region-${Kept}"],
  ["!Sub ['${A} ${V}', {V: !GetAtt B.C}]", "ref-A B/C"],
  ["!Join ['-', [a, !Ref B, 3]]", "a-ref-B-3"],
  ["!Join [',', !Ref List]", "a,b"],
  ["!Select [1, [a, b]]", "b"],
  ["!Select ['0', !GetAZs '']", "us-east-1a"],
  ["!Split ['/', a/b]", ["a", "b"]],
  ["!If [Yes, 1, 2]", 1],
  ["!If [No, 1, !Ref X]", "ref-X"],
  ["[1, !If [No, 1, !Ref 'AWS::NoValue'], 3]", [1, 3]],
  ["{a: 1, b: !Ref 'AWS::NoValue'}", { a: 1 }],
  ["!FindInMap [Sizes, small, cpu]", "256"],
  ["Fn::ImportValue: !Sub '${S}-Vpc'", "imported ref-S-Vpc"],
  ["!Base64 abc", "YWJj"],
  ["!Cidr [10.0.0.0/16, 2, 8]", ["10.0.0.0/24", "10.0.1.0/24"]],
  ["!Cidr [10.1.0.0/20, 3, '4']", ["10.1.0.0/28", "10.1.0.16/28", "10.1.0.32/28"]],
  ["{Condition: {StringEquals: {'aws:x': !Ref A}}}", { Condition: { StringEquals: { "aws:x": "ref-A" } } }],
])("%s", (text, expected) => {
  const value = parseTemplate(`Value: ${text.includes(": !Sub") ? `{${text}}` : text}`).Value ?? null;
  expect(evaluate(value, scope, "/Here")).toEqual(expected);
});

test.each([
  ["!Select [5, [a]]", "nonexistent value at index 5 (/Here/Fn::Select)"],
  ["!FindInMap [Sizes, large, cpu]", "Unable to get mapping for Sizes::large::cpu"],
  ["!Transform {Name: x}", "the function Fn::Transform at /Here is not supported"],
  ["!Cidr [10.0.0.0/24, 4, 8]", "4 blocks of 8 bits do not fit into 10.0.0.0/24"],
  ["!Cidr [10.0.0/24, 1]", "is not an IPv4 block"],
  ["!GetAZs eu-west-1", "the simulator is one region"],
  ["!GetAtt A", "two non-empty parameters"],
  ["!Join [a]", "takes a list of two values"],
  ["!Join ['-', x]", "needs a list"],
  ["'{{resolve:ssm:x}}'", "a dynamic reference can stand in the properties of a resource only, not at /Here"],
  ["!Sub '{{resolve:secretsmanager:${B}}}'", "not at /Here/Fn::Sub"],
])("%s is refused", (text, message) => {
  const value = parseTemplate(`Value: ${text}`).Value ?? null;
  expect(() => evaluate(value, scope, "/Here")).toThrow(message);
});
