import { formatError, templateError } from "./errors.ts";
import { evaluate, type Scope } from "./evaluate.ts";
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
    const result = evaluateCondition(expression, scope, named, `/Conditions/${name}`);
    known[name] = result;
    return result;
  };
  for (const name of Object.keys(conditions)) named(name);
  return known;
}

function evaluateCondition(
  expression: Value,
  scope: Scope,
  named: (name: string) => boolean,
  place: string,
): boolean {
  const [name, operand] = isMapping(expression) ? (Object.entries(expression)[0] ?? []) : [];
  const operands = Array.isArray(operand) ? operand : [];
  const inner = (least: number, most: number) => {
    if (operands.length < least || operands.length > most)
      throw templateError(
        `${name} at ${place} takes ${least === most ? "one condition" : `${least} to ${most} conditions`}, not ${operands.length}`,
      );
    return operands.map((item) => evaluateCondition(item, scope, named, place));
  };
  switch (name) {
    case "Condition":
      return named(String(operand));
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
    default:
      throw templateError(
        `${place} must use Condition, Fn::Equals, Fn::And, Fn::Or or Fn::Not, not ${JSON.stringify(expression)}`,
      );
  }
}

/** A template compares text: `true` written as a boolean equals the parameter "true". */
function textual(value: Value | undefined): Value {
  return typeof value === "boolean" || typeof value === "number" ? String(value) : (value ?? null);
}
