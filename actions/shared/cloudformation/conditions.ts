import { Failure } from "../failure.ts";
import { isObject } from "../task-definition.ts";
import { evaluate } from "./evaluate.ts";
import type { Scope } from "./scope.ts";
import { describeValue, isKnown } from "./values.ts";

/** Evaluates the conditions of a template's section `Conditions`, by their names. */
export function conditionsOf(content: { readonly [section: string]: unknown }, scope: () => Scope) {
  const declared = isObject(content.Conditions) ? content.Conditions : {};
  const isTrue = (name: string): boolean => {
    if (!Object.hasOwn(declared, name))
      throw new Failure(`${scope().stack.template.file} does not have the condition ${name}`, {
        nextStep: "correct the template.",
      });
    return decide(declared[name], name);
  };
  const decide = (condition: unknown, name: string): boolean => {
    const [kind = "", argument] = isObject(condition) ? (Object.entries(condition)[0] ?? []) : [];
    const parts = Array.isArray(argument) ? argument : [argument];
    if (kind === "Condition") return isTrue(String(argument));
    if (kind === "Fn::Not") return !decide(parts[0], name);
    if (kind === "Fn::And") return parts.every((part) => decide(part, name));
    if (kind === "Fn::Or") return parts.some((part) => decide(part, name));
    if (kind === "Fn::Equals") return equal(parts, name);
    throw new Failure(`${scope().stack.template.file}: condition ${name} uses ${kind || "no function"}`, {
      nextStep: "use Fn::Equals, Fn::Not, Fn::And, Fn::Or or Condition.",
    });
  };
  const equal = (parts: readonly unknown[], name: string): boolean => {
    const [one, other] = parts.map((part) => evaluate(part, scope()));
    const open = [one, other].find((part) => !isKnown(part));
    if (open !== undefined)
      throw new Failure(
        `${scope().stack.template.file}: condition ${name} depends on ${describeValue(open)}, which is not known`,
        { nextStep: "give the parameter a value in the profile." },
      );
    return String(one) === String(other);
  };
  return isTrue;
}
