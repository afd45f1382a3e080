import { expect, test } from "vitest";
import type { Scope } from "./evaluate.ts";
import { parseTemplate } from "./parse.ts";
import { checkRules } from "./rules.ts";

const parameters: Record<string, string | string[]> = {
  Stage: "prod",
  Size: "small",
  Subnets: ["subnet-a", "subnet-b"],
};
const scope: Scope = {
  ref: (name) => parameters[name],
  attribute: () => "",
  condition: () => false,
  importValue: () => "",
  mappings: {},
  region: "us-east-1",
  zones: [],
};
const check = (rule: string) => () => checkRules(parseTemplate(`It: ${rule}`), scope);
const large = "{Assert: !Contains [[large], !Ref Size], AssertDescription: production is large}";

test.each([
  ["{RuleCondition: !Equals [!Ref Stage, test], Assertions: [LARGE]}"],
  ["{Assertions: [{Assert: !Or [!Equals [!Ref Size, large], !Equals [!Ref Stage, prod]]}]}"],
  ["{Assertions: [{Assert: !Not [!Equals [!Ref Size, large]]}]}"],
  ["{Assertions: [{Assert: !EachMemberIn [!Ref Subnets, [subnet-a, subnet-b, subnet-c]]}]}"],
  ["{Assertions: [{Assert: !And [!Equals [1, '1'], !EachMemberEquals [[a, a], a]]}]}"],
])("%s is satisfied", (rule) => {
  expect(check(rule.replace("LARGE", large))).not.toThrow();
});

test.each([
  [
    "{RuleCondition: !Equals [!Ref Stage, prod], Assertions: [LARGE]}",
    "Rule It of the template is broken: production is large",
  ],
  [
    "{Assertions: [{Assert: !EachMemberIn [!Ref Subnets, [subnet-a]]}]}",
    "the assertion at /Rules/It/Assertions/0 does not hold",
  ],
  ["{Assertions: [{Assert: !EachMemberEquals [!Ref Subnets, subnet-a]}]}", "is broken"],
  ["{RuleCondition: !Equals [a, a]}", "/Rules/It must have Assertions"],
  ["{Assertions: [{}]}", "/Rules/It/Assertions/0 must have an Assert"],
  ["{Assertions: [{Assert: !ValueOfAll ['AWS::EC2::VPC::Id', Tags.Name]}]}", "must use one of Fn::And"],
])("%s is refused", (rule, message) => {
  expect(check(rule.replace("LARGE", large))).toThrow(message);
});
