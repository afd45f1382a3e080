import { isFunction } from "./evaluate.ts";
import { substitutedNames } from "./substitute.ts";
import { isMapping, type Value } from "./value.ts";

export interface Reference {
  readonly kind: "Ref" | "Fn::GetAtt";
  readonly name: string;
  readonly attribute: string | undefined;
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
    const inner = Array.isArray(operand) ? references(operand[1] ?? null, condition, place) : [];
    return [...inner, ...substitutedNames(operand, place).map(toReference)];
  }
  return references(operand, condition, place);
}

function toReference(name: string): Reference {
  const dot = name.indexOf(".");
  return dot < 0
    ? { kind: "Ref", name, attribute: undefined }
    : { kind: "Fn::GetAtt", name: name.slice(0, dot), attribute: name.slice(dot + 1) };
}
