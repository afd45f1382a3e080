import { templateError } from "./errors.ts";
import { isMapping, type Mapping, type Value } from "./value.ts";

export interface Reference {
  readonly kind: "Ref" | "Fn::GetAtt";
  readonly name: string;
  readonly attribute: string | undefined;
}

/** A one-key object with such a key is a function; `Condition` is one only as text (in policies it is a member). */
export function isFunction(name: string, value: Mapping): boolean {
  return Object.keys(value).length === 1 && (name === "Ref" || name.startsWith("Fn::"));
}

/** Returns every name in an expression; for an `Fn::If` only those of the branch chosen by `condition`. */
export function references(value: Value, condition: (name: string) => boolean, place: string): Reference[] {
  if (Array.isArray(value)) return value.flatMap((item) => references(item, condition, place));
  if (!isMapping(value)) return [];
  const [name, operand] = Object.entries(value)[0] ?? [];
  if (name === undefined || operand === undefined || !isFunction(name, value))
    return Object.values(value).flatMap((inner) => references(inner, condition, place));
  if (name === "Ref") return [{ kind: "Ref", name: String(operand), attribute: undefined }];
  if (name === "Fn::GetAtt") {
    const [resource = "", ...path] = Array.isArray(operand) ? operand : String(operand).split(".");
    return [{ kind: "Fn::GetAtt", name: String(resource), attribute: path.join(".") }];
  }
  if (name === "Fn::If" && Array.isArray(operand)) {
    const chosen = condition(String(operand[0])) ? operand[1] : operand[2];
    return references(chosen ?? null, condition, place);
  }
  if (name === "Fn::Sub") {
    const { template, variables } = readSubstitution(operand, place);
    const names = [...template.matchAll(variablePattern)].flatMap(([, literal, inner = ""]) => {
      const name = inner.trim();
      return literal || variables[name] !== undefined ? [] : [name];
    });
    return [...names.map(longForm), variables].flatMap((inner) => references(inner, condition, place));
  }
  return references(operand, condition, place);
}

/** `Fn::Sub` in both forms: the text, or the text and a map of additional variables. */
export function substitute(operand: Value, place: string, toText: (value: Value) => string): string {
  const { template, variables } = readSubstitution(operand, place);
  return template.replace(variablePattern, (whole, literal: string, inner: string) => {
    if (literal) return whole.replace("!", "");
    const name = inner.trim();
    return toText(variables[name] ?? longForm(name));
  });
}

/** `${Name}`, `${Resource.Attribute}`, `${AWS::Region}`; `${!Literal}` becomes `${Literal}`. */
const variablePattern = /\$\{(!?)([^{}]*)\}/g;

function longForm(name: string): Mapping {
  const dot = name.indexOf(".");
  return dot < 0 ? { Ref: name } : { "Fn::GetAtt": [name.slice(0, dot), name.slice(dot + 1)] };
}

function readSubstitution(operand: Value, place: string): { template: string; variables: Mapping } {
  const [template, variables = {}] = Array.isArray(operand) ? operand : [operand];
  if (typeof template !== "string" || !isMapping(variables))
    throw templateError(`${place} takes a text, or a list of a text and an object of variables`);
  return { template, variables };
}
