import { templateError, validationError } from "./errors.ts";
import { evaluate, type Scope } from "./evaluate.ts";
import { isMapping, sameValue, type Value } from "./value.ts";

type Judge = (operands: readonly Value[], scope: Scope, place: string) => boolean;

/** Throws for a parameter that breaks a rule of the template. Source: user guide, Rules section syntax. */
export function checkRules(rules: Readonly<Record<string, Value>>, scope: Scope): void {
  for (const [name, rule] of Object.entries(rules)) {
    const place = `/Rules/${name}`;
    if (!isMapping(rule) || !Array.isArray(rule.Assertions))
      throw templateError(`${place} must have Assertions, and may have a RuleCondition`);
    if (rule.RuleCondition !== undefined && !judge(rule.RuleCondition, scope, `${place}/RuleCondition`))
      continue;
    for (const [index, assertion] of rule.Assertions.entries()) {
      const at = `${place}/Assertions/${index}`;
      if (!isMapping(assertion) || assertion.Assert === undefined)
        throw templateError(`${at} must have an Assert`);
      if (!judge(assertion.Assert, scope, at))
        throw validationError(
          `Rule ${name} of the template is broken: ${assertion.AssertDescription ?? `the assertion at ${at} does not hold`}`,
        );
    }
  }
}

function judge(expression: Value, scope: Scope, place: string): boolean {
  const [name = "", operand] = isMapping(expression) ? (Object.entries(expression)[0] ?? []) : [];
  const perform = judges[name];
  if (!perform || !Array.isArray(operand))
    throw templateError(
      `${place} must use one of ${Object.keys(judges).join(", ")} with a list, not ${JSON.stringify(expression)}`,
    );
  return perform(operand, scope, `${place}/${name}`);
}

const judges: Readonly<Record<string, Judge>> = {
  "Fn::And": (operands, scope, place) => operands.every((each) => judge(each, scope, place)),
  "Fn::Or": (operands, scope, place) => operands.some((each) => judge(each, scope, place)),
  "Fn::Not": ([operand = null], scope, place) => !judge(operand, scope, place),
  "Fn::Equals": ([left = null, right = null], scope, place) =>
    sameValue(textual(evaluate(left, scope, place)), textual(evaluate(right, scope, place))),
  "Fn::Contains": ([values = null, value = null], scope, place) => {
    const wanted = textual(evaluate(value, scope, place));
    return list(values, scope, place).some((each) => sameValue(each, wanted));
  },
  "Fn::EachMemberEquals": ([values = null, value = null], scope, place) => {
    const wanted = textual(evaluate(value, scope, place));
    return list(values, scope, place).every((each) => sameValue(each, wanted));
  },
  "Fn::EachMemberIn": ([values = null, allowed = null], scope, place) => {
    const among = list(allowed, scope, place);
    return list(values, scope, place).every((each) => among.some((one) => sameValue(one, each)));
  },
};

function list(value: Value, scope: Scope, place: string): Value[] {
  const result = evaluate(value, scope, place);
  if (Array.isArray(result)) return result.map(textual);
  throw templateError(`${place} needs a list, not ${JSON.stringify(result)}`);
}

/** Parameters are text: the number 1 of a template equals the "1" that is given. */
function textual(value: Value | undefined): Value {
  return typeof value === "boolean" || typeof value === "number" ? String(value) : (value ?? null);
}
