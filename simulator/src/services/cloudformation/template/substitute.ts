import { templateError } from "./errors.ts";
import { isMapping, type Mapping, type Value } from "./value.ts";

/** `Fn::Sub` in both forms: the text, or the text and a map of additional variables. */
export function substitute(operand: Value, place: string, toText: (value: Value) => string): string {
  const { template, variables } = readSubstitution(operand, place);
  return template.replace(variablePattern, (whole, literal: string, inner: string) => {
    if (literal) return whole.replace("!", "");
    const name = inner.trim();
    const own = variables[name];
    if (own !== undefined) return toText(own);
    const dot = name.indexOf(".");
    const value: Value =
      dot < 0 ? { Ref: name } : { "Fn::GetAtt": [name.slice(0, dot), name.slice(dot + 1)] };
    return toText(value);
  });
}

/** Returns the names that a substitution takes from its surroundings. */
export function substitutedNames(operand: Value, place: string): string[] {
  const { template, variables } = readSubstitution(operand, place);
  return [...template.matchAll(variablePattern)].flatMap(([, literal, inner = ""]) => {
    const name = inner.trim();
    return literal || variables[name] !== undefined ? [] : [name];
  });
}

/** `${Name}`, `${Resource.Attribute}`, `${AWS::Region}`; `${!Literal}` becomes `${Literal}`. */
const variablePattern = /\$\{(!?)([^{}]*)\}/g;

function readSubstitution(operand: Value, place: string): { template: string; variables: Mapping } {
  const [template, variables = {}] = Array.isArray(operand) ? operand : [operand];
  if (typeof template !== "string" || !isMapping(variables))
    throw templateError(`${place} takes a text, or a list of a text and an object of variables`);
  return { template, variables };
}
