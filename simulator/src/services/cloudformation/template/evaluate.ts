import { holdsDynamicReference } from "./dynamic-references.ts";
import { templateError } from "./errors.ts";
import { isFunction, substitute } from "./references.ts";
import { isMapping, type Value } from "./value.ts";

/** Names that an expression can use. Each method throws when the name is unknown or has no value yet. */
export interface Scope {
  ref(name: string): Value | undefined;
  attribute(resource: string, attribute: string): Value;
  condition(name: string): boolean;
  importValue(name: string): string;
  readonly mappings: Readonly<Record<string, Value>>;
  readonly region: string;
  /** Whether dynamic references are allowed: only in the properties of resources. */
  readonly dynamicReferences?: boolean;
  /** Names of the region's availability zones. */
  readonly zones: readonly string[];
}

/** Evaluates all intrinsic functions in a value. `AWS::NoValue` becomes undefined and is removed from its parent. */
export function evaluate(value: Value, scope: Scope, place: string): Value | undefined {
  if (Array.isArray(value)) {
    return value.flatMap((item, index) => {
      const result = evaluate(item, scope, `${place}/${index}`);
      return result === undefined ? [] : [result];
    });
  }
  if (typeof value === "string") return literal(value, scope, place);
  if (!isMapping(value)) return value;
  const [name, operand] = Object.entries(value)[0] ?? [];
  if (name !== undefined && operand !== undefined && isFunction(name, value)) {
    const perform = functions[name];
    if (!perform) throw templateError(`the function ${name} at ${place} is not supported`);
    return perform(operand, scope, `${place}/${name}`);
  }
  const entries = Object.entries(value).flatMap(([key, inner]) => {
    const result = evaluate(inner, scope, `${place}/${key}`);
    return result === undefined ? [] : [[key, result] as const];
  });
  return Object.fromEntries(entries);
}

function literal(text: string, scope: Scope, place: string): string {
  if (!scope.dynamicReferences && holdsDynamicReference(text))
    throw templateError(
      `a dynamic reference can stand in the properties of a resource only, not at ${place}: ${JSON.stringify(text)}`,
    );
  return text;
}

type Perform = (operand: Value, scope: Scope, place: string) => Value | undefined;

const functions: Readonly<Record<string, Perform>> = {
  Ref: (operand, scope) => scope.ref(String(operand)),
  "Fn::GetAtt": (operand, scope, place) => {
    const [resource, ...path] = Array.isArray(operand) ? operand : String(operand).split(".");
    const attribute = path.map((part) => text(part, scope, place)).join(".");
    if (!resource || attribute === "")
      throw templateError(
        "every Fn::GetAtt object requires two non-empty parameters, the resource name and the resource attribute",
      );
    return scope.attribute(String(resource), attribute);
  },
  "Fn::Sub": (operand, scope, place) =>
    literal(
      substitute(operand, place, (value) => text(value, scope, place)),
      scope,
      place,
    ),
  "Fn::Join": (operand, scope, place) => {
    const [delimiter, items] = pair(operand, place);
    return listOf(items, scope, place)
      .map((item) => scalar(item, place))
      .join(String(delimiter));
  },
  "Fn::Select": (operand, scope, place) => {
    const [index, items] = pair(operand, place);
    const position = Number(text(index, scope, place));
    const chosen = listOf(items, scope, place)[position];
    if (chosen === undefined)
      throw templateError(`Fn::Select cannot select nonexistent value at index ${position} (${place})`);
    return chosen;
  },
  "Fn::Split": (operand, scope, place) => {
    const [delimiter, source] = pair(operand, place);
    return text(source, scope, place).split(String(delimiter));
  },
  "Fn::If": (operand, scope, place) => {
    if (!Array.isArray(operand) || operand.length !== 3)
      throw templateError(`Fn::If at ${place} takes three values: condition, then, else`);
    return evaluate((scope.condition(String(operand[0])) ? operand[1] : operand[2]) ?? null, scope, place);
  },
  "Fn::FindInMap": (operand, scope, place) => {
    const keys = listOf(operand, scope, place).map((item) => scalar(item, place));
    let found: Value | undefined = { ...scope.mappings };
    for (const key of keys) found = isMapping(found) ? found[key] : undefined;
    if (keys.length !== 3 || found === undefined)
      throw templateError(`Unable to get mapping for ${keys.join("::")} (${place})`);
    return found;
  },
  "Fn::ImportValue": (operand, scope, place) => scope.importValue(text(operand, scope, place)),
  "Fn::GetAZs": (operand, scope, place) => {
    const region = text(operand, scope, place);
    if (region !== "" && region !== scope.region)
      throw templateError(
        `Fn::GetAZs at ${place} asks for ${region}; the simulator is one region, ${scope.region}`,
      );
    return [...scope.zones];
  },
  "Fn::Base64": (operand, scope, place) => Buffer.from(text(operand, scope, place)).toString("base64"),
  "Fn::Cidr": (operand, scope, place) => {
    const [block = "", count, bits = "8"] = listOf(operand, scope, place).map((item) => scalar(item, place));
    return cidrBlocks(block, Number(count), Number(bits));
  },
};

function pair(operand: Value, place: string): readonly [Value, Value] {
  const [first, second] = Array.isArray(operand) ? operand : [];
  if (first === undefined || second === undefined || (operand as Value[]).length !== 2)
    throw templateError(`${place} takes a list of two values`);
  return [first, second];
}

export function listOf(value: Value, scope: Scope, place: string): Value[] {
  const result = evaluate(value, scope, place);
  if (Array.isArray(result)) return result;
  throw templateError(`${place} needs a list, not ${JSON.stringify(result)}`);
}

function text(value: Value, scope: Scope, place: string): string {
  return scalar(evaluate(value, scope, place), place);
}

function scalar(value: Value | undefined, place: string): string {
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean")
    return String(value);
  throw templateError(`${place} needs text, not ${JSON.stringify(value)}`);
}

const addressBits = 32;

/** `Fn::Cidr`: the first `count` blocks of `hostBits` bits inside an IPv4 block. */
function cidrBlocks(block: string, count: number, hostBits: number): string[] {
  const match = /^(\d+)\.(\d+)\.(\d+)\.(\d+)\/(\d+)$/.exec(block);
  const numbers = match?.slice(1).map(Number);
  const [a = 0, b = 0, c = 0, d = 0, prefix = 0] = numbers ?? [];
  if (!numbers || Math.max(a, b, c, d) > 255 || prefix > addressBits)
    throw templateError(`Fn::Cidr: ${JSON.stringify(block)} is not an IPv4 block such as 10.0.0.0/16`);
  const size = 2 ** hostBits;
  if (!(count >= 1 && count <= 256) || count * size > 2 ** (addressBits - prefix))
    throw templateError(`Fn::Cidr: ${count} blocks of ${hostBits} bits do not fit into ${block}`);
  const start = ((a * 256 + b) * 256 + c) * 256 + d;
  return Array.from({ length: count }, (_, index) => {
    const address = start + index * size;
    const bytes = [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256);
    return `${bytes.join(".")}/${addressBits - hostBits}`;
  });
}
