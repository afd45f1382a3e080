import type { Environment } from "../../../environment.ts";
import type { ResourceTypes, Tag } from "../resources/resource-type.ts";
import { type ConditionValues, evaluateConditions } from "../template/conditions.ts";
import { formatError, templateError } from "../template/errors.ts";
import type { Scope } from "../template/evaluate.ts";
import { type ParameterValues, parameterValue } from "../template/parameters.ts";
import { type Reference, references } from "../template/references.ts";
import type { ResourceDeclaration, Template } from "../template/template.ts";
import { isMapping, type Value } from "../template/value.ts";
import { type Dependencies, refuseCycles } from "./order.ts";

/** The complete definition of a stack: the template with its parameters and conditions evaluated. */
export interface Definition {
  readonly template: Template;
  readonly parameters: ParameterValues;
  /** Values from Systems Manager, for the parameters that reference it. */
  readonly resolved?: ParameterValues;
  readonly conditions: ConditionValues;
  readonly tags: readonly Tag[];
  /** Resources whose condition holds, by logical id. */
  readonly resources: Readonly<Record<string, ResourceDeclaration>>;
  readonly dependencies: Dependencies;
  readonly zones: readonly string[];
}

export interface StackIdentity {
  readonly id: string;
  readonly name: string;
}

/**
 * Evaluates conditions and order; throws ValidationError for all errors that can be found before anything is created.
 * Properties and attributes are checked for the given types of resources only.
 */
export function define(
  environment: Environment,
  types: ResourceTypes,
  stack: StackIdentity,
  given: Pick<Definition, "template" | "parameters" | "resolved" | "tags" | "zones">,
): Definition {
  const { template } = given;
  const scope = inputScope(environment, stack, given);
  const conditions = evaluateConditions(template.conditions, scope);
  const holds = conditionReader(conditions);
  const active = ({ condition }: { condition: string | undefined }) =>
    condition === undefined || holds(condition);
  const resources = Object.fromEntries(
    Object.entries(template.resources).filter(([, declared]) => active(declared)),
  );
  const namesIn = (value: Value, block: "Resources" | "Outputs", place: string) =>
    references(value, holds, place).flatMap((reference) => {
      const declared = resources[reference.name];
      if (declared) refuseUnknownAttribute(types, declared, reference);
      else refuseUndefined(template, reference, block);
      return declared ? [reference.name] : [];
    });
  const dependencies = new Map(
    Object.entries(resources).map(([id, { properties, dependsOn }]) => {
      for (const name of dependsOn) if (!template.resources[name]) throw unresolved(name, "Resources");
      const explicit = dependsOn.filter((name) => resources[name]);
      const used = namesIn(properties, "Resources", `/Resources/${id}/Properties`);
      return [id, new Set([...used, ...explicit])] as const;
    }),
  );
  refuseCycles(dependencies);
  for (const [id, output] of Object.entries(template.outputs))
    if (active(output)) namesIn([output.value, output.exportName ?? null], "Outputs", `/Outputs/${id}`);
  return { ...given, conditions, resources, dependencies };
}

/** Values that can be evaluated before any resource exists: parameters, pseudo parameters, mappings. */
export function inputScope(
  environment: Environment,
  stack: StackIdentity,
  given: Pick<Definition, "template" | "parameters" | "resolved" | "zones">,
): Scope {
  const pseudo = pseudoParameters(environment, stack);
  return {
    mappings: given.template.mappings,
    region: environment.region,
    zones: given.zones,
    ref: (name) => {
      if (name === "AWS::NoValue") return undefined;
      const declaration = given.template.parameters[name];
      if (declaration)
        return parameterValue(declaration, given.resolved?.[name] ?? given.parameters[name] ?? "");
      const value = pseudo[name];
      if (value === undefined) throw unresolved(name, "Resources");
      return value;
    },
    attribute: (resource) => {
      throw templateError(`instance of Fn::GetAtt references undefined resource ${resource}`);
    },
    condition: (name) => {
      throw templateError(`the condition ${name} cannot be used here`);
    },
    importValue: (name) => {
      throw templateError(`Fn::ImportValue of ${name} cannot be used here`);
    },
  };
}

export function conditionReader(conditions: ConditionValues): (name: string) => boolean {
  return (name) => {
    const value = conditions[name];
    if (value === undefined)
      throw formatError(`Unresolved dependencies [${name}]. Cannot reference conditions`);
    return value;
  };
}

function pseudoParameters({ accountId, region }: Environment, stack: StackIdentity): Record<string, Value> {
  return {
    "AWS::AccountId": accountId,
    "AWS::Region": region,
    "AWS::Partition": "aws",
    "AWS::URLSuffix": "amazonaws.com",
    "AWS::StackName": stack.name,
    "AWS::StackId": stack.id,
    "AWS::NotificationARNs": [],
  };
}

const pseudoNames =
  /^AWS::(AccountId|Region|Partition|URLSuffix|StackName|StackId|NotificationARNs|NoValue)$/;

function refuseUndefined(template: Template, { kind, name }: Reference, block: string): void {
  if (kind === "Fn::GetAtt")
    throw templateError(`instance of Fn::GetAtt references undefined resource ${name}`);
  if (!template.parameters[name] && !pseudoNames.test(name)) throw unresolved(name, block);
}

function refuseUnknownAttribute(
  types: ResourceTypes,
  declared: ResourceDeclaration,
  { name, attribute }: Reference,
): void {
  const type = types[declared.type];
  const attributes = Object.keys(type?.attributes ?? {});
  if (type && attribute !== undefined && !attributes.includes(attribute))
    throw templateError(
      `resource ${name} does not support attribute type ${attribute} in Fn::GetAtt (${declared.type} has: ${attributes.join(", ")})`,
    );
}

function unresolved(name: string, block: string): Error {
  return formatError(`Unresolved resource dependencies [${name}] in the ${block} block of the template`);
}

/**
 * Returns the resources with properties that their type does not have, each with CloudFormation's sentence. Such a
 * template is accepted: the validation is part of the operation (user guide, "Validate stack deployments").
 */
export function unknownProperties(
  types: ResourceTypes,
  { resources, conditions }: Pick<Definition, "resources" | "conditions">,
): Map<string, string> {
  const holds = conditionReader(conditions);
  const sentences = Object.entries(resources).flatMap(([id, { type, properties }]) => {
    const known = types[type]?.properties;
    if (!known || !isMapping(properties)) return [];
    const unknown = Object.entries(properties)
      .filter(([name, value]) => !known[name] && !name.startsWith("Fn::") && !isLeftOut(value, holds))
      .map(([name]) => name);
    if (unknown.length === 0) return [];
    const sentence = `Properties validation failed for resource ${id} with message: #: extraneous key [${unknown.join(", ")}] is not permitted (${type} has: ${Object.keys(known).join(", ")})`;
    return [[id, sentence] as const];
  });
  return new Map(sentences);
}

/** Returns whether a value is AWS::NoValue, as the branch of an Fn::If may be. */
function isLeftOut(value: Value, holds: (condition: string) => boolean): boolean {
  if (!isMapping(value)) return false;
  if (value.Ref === "AWS::NoValue") return true;
  const choice = value["Fn::If"];
  if (!Array.isArray(choice)) return false;
  return isLeftOut(choice[holds(String(choice[0])) ? 1 : 2] ?? null, holds);
}
