import { isObject } from "../task-definition.ts";
import type { PlannedStack } from "./dependencies.ts";
import { noValue, Reference, Unknown } from "./values.ts";

/** Values of the names in a template's expressions. */
export interface Scope {
  readonly stack: PlannedStack;
  readonly region: string;
  /** Export name → value, of the templates evaluated before. */
  readonly exports: ReadonlyMap<string, unknown>;
  readonly isTrue: (condition: string) => boolean;
}

/** Returns the value of a Ref, or of `${Name}` in a Sub. */
export function lookUp(name: string, scope: Scope): unknown {
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
