import { formatError, templateError, validationError } from "./errors.ts";
import { evaluate, listOf, type Scope } from "./evaluate.ts";
import { isMapping, sameValue, type Value } from "./value.ts";

export type ConditionValues = Readonly<Record<string, boolean>>;

/** Evaluates all conditions of a template; they see parameters and mappings, never resources. */
export function evaluateConditions(
  conditions: Readonly<Record<string, Value>>,
  scope: Scope,
): ConditionValues {
  const known: Record<string, boolean> = {};
  const pending = new Set<string>();
  const named = (name: string): boolean => {
    const known_ = known[name];
    if (known_ !== undefined) return known_;
    const expression = conditions[name];
    if (expression === undefined)
      throw formatError(`Unresolved condition dependency ${name} in the Conditions block of the template`);
    if (pending.has(name)) throw formatError(`Circular dependency between conditions: [${name}]`);
    pending.add(name);
    const result = holds(expression, scope, `/Conditions/${name}`, { Condition: named });
    known[name] = result;
    return result;
  };
  for (const name of Object.keys(conditions)) named(name);
  return known;
}

/** Throws for a parameter that breaks a rule of the template. Source: user guide, Rules section syntax. */
export function checkRules(rules: Readonly<Record<string, Value>>, scope: Scope): void {
  const own = { "Fn::Contains": (operand: Value, place: string) => contains(operand, scope, place) };
  for (const [name, rule] of Object.entries(rules)) {
    const place = `/Rules/${name}`;
    if (!isMapping(rule) || !Array.isArray(rule.Assertions))
      throw templateError(`${place} must have Assertions, and may have a RuleCondition`);
    const { RuleCondition, Assertions } = rule;
    if (RuleCondition !== undefined && !holds(RuleCondition, scope, `${place}/RuleCondition`, own)) continue;
    for (const [index, assertion] of Assertions.entries()) {
      const at = `${place}/Assertions/${index}`;
      if (!isMapping(assertion) || assertion.Assert === undefined)
        throw templateError(`${at} must have an Assert`);
      if (!holds(assertion.Assert, scope, at, own))
        throw validationError(
          `Rule ${name} of the template is broken: ${assertion.AssertDescription ?? `the assertion at ${at} does not hold`}`,
        );
    }
  }
}

/** Functions of conditions only, or of rules only. */
type OwnFunctions = Readonly<Record<string, (operand: never, place: string) => boolean>>;

function holds(expression: Value, scope: Scope, place: string, own: OwnFunctions): boolean {
  const [name = "", operand = null] = isMapping(expression) ? (Object.entries(expression)[0] ?? []) : [];
  const operands = Array.isArray(operand) ? operand : [];
  const inner = (least: number, most: number) => {
    if (operands.length < least || operands.length > most)
      throw templateError(
        `${name} at ${place} takes ${least === most ? "one condition" : `${least} to ${most} conditions`}, not ${operands.length}`,
      );
    return operands.map((item) => holds(item, scope, place, own));
  };
  switch (name) {
    case "Fn::Equals": {
      if (operands.length !== 2) throw templateError(`Fn::Equals at ${place} takes two values`);
      const [left, right] = operands.map((item) => textual(evaluate(item, scope, place)));
      return sameValue(left, right);
    }
    case "Fn::Not":
      return !inner(1, 1)[0];
    case "Fn::And":
      return inner(2, 10).every(Boolean);
    case "Fn::Or":
      return inner(2, 10).some(Boolean);
  }
  const perform = own[name];
  if (perform) return perform(operand as never, place);
  throw templateError(
    `${place} must use ${Object.keys(own)}, Fn::Equals, Fn::And, Fn::Or or Fn::Not, not ${JSON.stringify(expression)}`,
  );
}

function contains(operand: Value, scope: Scope, place: string): boolean {
  const [values = null, value = null] = Array.isArray(operand) ? operand : [];
  const wanted = textual(evaluate(value, scope, place));
  return listOf(values, scope, place).some((each) => sameValue(textual(each), wanted));
}

/** A template compares text: `true` written as a boolean equals the parameter "true". */
function textual(value: Value | undefined): Value {
  return typeof value === "boolean" || typeof value === "number" ? String(value) : (value ?? null);
}
