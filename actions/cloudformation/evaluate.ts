import { Failure } from "../core/failure.ts";
import { isObject } from "../core/is-object.ts";
import type { PlannedStack } from "./template.ts";
import { describeValue, isKnown, noValue, Reference, referencesIn, Unknown } from "./values.ts";

type Evaluate = (argument: unknown, scope: Scope) => unknown;

/**
 * Evaluates a template's expression as far as the templates alone decide it: texts, numbers, lists and objects, with a
 * Reference or an Unknown for each part that only CloudFormation knows.
 */
export function evaluate(value: unknown, scope: Scope): unknown {
  if (Array.isArray(value))
    return value.map((item) => evaluate(item, scope)).filter((item) => item !== noValue);
  if (!isObject(value)) return value;
  const [name = "", ...others] = Object.keys(value);
  if (others.length === 0 && Object.hasOwn(functions, name)) return functions[name]?.(value[name], scope);
  if (others.length === 0 && name.startsWith("Fn::"))
    throw new Failure(`${scope.stack.template.file} uses ${name}, which this action cannot evaluate`, {
      nextStep: "write the value without this function.",
    });
  const members = Object.entries(value).map(([key, member]) => [key, evaluate(member, scope)] as const);
  return Object.fromEntries(members.filter(([, member]) => member !== noValue));
}

const functions: { readonly [name: string]: Evaluate } = {
  Ref: (name, scope) => lookUp(String(name), scope),
  "Fn::GetAtt": (target, { stack }) => {
    const [logicalId = "", ...path] = Array.isArray(target) ? target.map(String) : String(target).split(".");
    return new Reference(stack.template.name, logicalId, path.join("."));
  },
  "Fn::Sub": substitute,
  "Fn::Join": (argument, scope) => {
    const [separator, parts] = listOf(evaluate(argument, scope));
    return textOf(listOf(parts).flatMap((part, index) => (index > 0 ? [separator, part] : [part])));
  },
  "Fn::If": (argument, scope) => {
    const [condition, whenTrue, whenFalse] = listOf(argument);
    return evaluate(scope.isTrue(String(condition)) ? whenTrue : whenFalse, scope);
  },
  "Fn::Select": (argument, scope) => {
    const [index, list] = listOf(evaluate(argument, scope));
    if (Array.isArray(list)) return list[Number(index)];
    return list instanceof Unknown ? new Unknown(`item ${index} of ${list.reason}`, list.references) : list;
  },
  "Fn::Split": (argument, scope) => {
    const [separator, text] = listOf(evaluate(argument, scope));
    return typeof text === "string" ? text.split(String(separator)) : text;
  },
  "Fn::FindInMap": (argument, scope) => {
    const [map, first, second] = listOf(evaluate(argument, scope)).map(String);
    const entry = [map, first, second].reduce<unknown>(
      (found, key) => (isObject(found) ? found[key ?? ""] : undefined),
      scope.stack.template.content.Mappings,
    );
    return entry ?? new Unknown(`the map entry ${map}.${first}.${second} of ${scope.stack.template.file}`);
  },
  "Fn::ImportValue": (argument, scope) => {
    const name = evaluate(argument, scope);
    if (typeof name !== "string") return new Unknown(`an import of ${describeValue(name)}`);
    return scope.exports.get(name) ?? new Unknown(`the export ${name}, which no given template has`);
  },
  "Fn::Base64": evaluate,
  "Fn::GetAZs": () => new Unknown("the region's zones"),
  "Fn::Cidr": () => new Unknown("an address range"),
};

function substitute(argument: unknown, scope: Scope): unknown {
  const [text, given] = Array.isArray(argument) ? argument : [argument];
  const own = isObject(given) ? given : {};
  const parts = String(text).split(/(\$\{[^}]+\})/);
  return textOf(
    parts.map((part) => {
      const name = /^\$\{([^!}][^}]*)\}$/.exec(part)?.[1]?.trim();
      if (name === undefined) return part.replace(/^\$\{!/, "${");
      if (Object.hasOwn(own, name)) return evaluate(own[name], scope);
      const [logicalId = "", ...path] = name.split(".");
      return path.length > 0
        ? new Reference(scope.stack.template.name, logicalId, path.join("."))
        : lookUp(name, scope);
    }),
  );
}

/** Joins several parts to one text; Unknown when one of them is not known. */
function textOf(parts: readonly unknown[]): unknown {
  if (parts.every(isKnown)) return parts.map(String).join("");
  const text = parts.map((part) => (isKnown(part) ? String(part) : `<${describeValue(part)}>`)).join("");
  return new Unknown(`the text ${text}`, referencesIn(parts));
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

/** Evaluates the conditions of a template's section `Conditions`, by their names. */
function conditionsOf(content: { readonly [section: string]: unknown }, scope: () => Scope) {
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

/**
 * Returns the parameters of a profile without reading an account: a lookup such as `{ "vpc": "LabVPC" }` becomes a text
 * that names it, `vpc LabVPC`, or its default.
 *
 * @param values parameters by template name, as in a profile's file
 */
export function withLookupsNamed(values: unknown): unknown {
  if (!isObject(values)) return values;
  return Object.fromEntries(
    Object.entries(values).map(([template, given]) => [
      template,
      isObject(given)
        ? Object.fromEntries(Object.entries(given).map(([name, value]) => [name, named(value)]))
        : given,
    ]),
  );
}

function named(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(named);
  if (!isObject(value)) return value;
  const { default: otherwise, ...lookup } = value as { readonly [key: string]: unknown };
  const [[kind, name] = [], ...others] = Object.entries(lookup);
  if (typeof name !== "string" || others.length > 0) return value;
  return otherwise ?? `${kind} ${name}`;
}

/** Values of the names in a template's expressions. */
export interface Scope {
  readonly stack: PlannedStack;
  readonly region: string;
  /** Export name → value, of the templates evaluated before. */
  readonly exports: ReadonlyMap<string, unknown>;
  readonly isTrue: (condition: string) => boolean;
}

/** Returns the scope of a stack; without region and exports, as far as the template alone decides. */
export function scopeOf(
  stack: PlannedStack,
  { region, exports }: Pick<Scope, "region" | "exports"> = { region: "", exports: new Map() },
): Scope {
  const scope: Scope = { stack, region, exports, isTrue: conditionsOf(stack.template.content, () => scope) };
  return scope;
}

/** Returns the value of a Ref, or of `${Name}` in a Sub. */
function lookUp(name: string, scope: Scope): unknown {
  const { template, stackName } = scope.stack;
  const pseudo: { readonly [name: string]: unknown } = {
    "AWS::StackName": stackName,
    "AWS::Region": scope.region,
    "AWS::Partition": "aws",
    "AWS::URLSuffix": "amazonaws.com",
    "AWS::NoValue": noValue,
  };
  if (name in pseudo) return pseudo[name];
  if (name in template.parameters) return parameterValue(name, scope.stack);
  if (isObject(template.content.Resources) && name in template.content.Resources)
    return new Reference(template.name, name);
  return new Unknown(
    name.startsWith("AWS::") ? name : `${template.file}: ${name} is not a parameter or resource`,
  );
}

/** Returns a text, or a list of texts where the parameter's type says so. */
function parameterValue(name: string, { template, parameters }: PlannedStack): unknown {
  const value = parameters.get(name) ?? template.parameters[name]?.default;
  if (value === undefined) return new Unknown(`parameter ${name} of ${template.file}, which has no value`);
  const declared = isObject(template.content.Parameters) ? template.content.Parameters[name] : undefined;
  const type = isObject(declared) ? String(declared.Type) : "";
  const isList = type === "CommaDelimitedList" || /(^|<)List</.test(type);
  return isList ? value.split(",").map((item) => item.trim()) : value;
}
