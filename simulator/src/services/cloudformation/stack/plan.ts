import type {
  ChangeSource,
  PolicyAction,
  Replacement,
  ResourceChange,
  ResourceChangeDetail,
} from "@aws-sdk/client-cloudformation";
import { unknownUntilMade } from "../resources/shape.ts";
import { evaluate, type Scope } from "../template/evaluate.ts";
import { isHidden } from "../template/parameters.ts";
import { type Reference, references } from "../template/references.ts";
import type { DeletionPolicy } from "../template/template.ts";
import { isMapping, type Mapping, sameValue, type Value } from "../template/value.ts";
import { changedProperties } from "./create-resource.ts";
import { conditionReader, type Definition } from "./definition.ts";
import { evaluateProperties } from "./evaluate-properties.ts";
import { inOrder } from "./order.ts";
import type { CloudFormationState, ResourceRecord, StackRecord } from "./records.ts";
import { stackScope } from "./scope.ts";

interface Plan {
  readonly changes: readonly ResourceChange[];
  readonly outputsChange: boolean;
}

interface Planning {
  readonly state: CloudFormationState;
  readonly stack: StackRecord;
  readonly next: Definition;
  readonly scope: Scope;
  /** Resources whose physical id or attributes the change may renew. */
  readonly renewed: ReadonlySet<string>;
}

/** Returns the effects of an update, or a creation, on each resource. Throws if properties cannot be evaluated. */
export function planChanges(state: CloudFormationState, stack: StackRecord, next: Definition): Plan {
  const renewed = new Set<string>();
  const scope = planScope(state, stack, next, renewed);
  const changes: ResourceChange[] = [];
  for (const logicalId of inOrder(next.dependencies)) {
    const change = planResource({ state, stack, next, scope, renewed }, logicalId);
    if (!change) continue;
    if (change.Action === "Add" || change.Replacement !== "False") renewed.add(logicalId);
    changes.push(change);
  }
  for (const record of stack.resources.values())
    if (!next.resources[record.logicalId]) changes.push(planRemoval(stack, record));
  return { changes, outputsChange: outputsChange(stack, next, scope) };
}

function planScope(
  state: CloudFormationState,
  stack: StackRecord,
  next: Definition,
  renewed: ReadonlySet<string>,
): Scope {
  const scope = stackScope(state, stack, next);
  const unknown = (name: string) => renewed.has(name) || (next.resources[name] && !stack.resources.has(name));
  return {
    ...scope,
    ref: (name) => (unknown(name) ? unknownUntilMade : scope.ref(name)),
    attribute: (name, attribute) => (unknown(name) ? unknownUntilMade : scope.attribute(name, attribute)),
  };
}

function planRemoval({ definition }: StackRecord, { logicalId, physicalId, type }: ResourceRecord) {
  const policy = definition?.resources[logicalId]?.deletionPolicy ?? "Delete";
  return {
    Action: "Remove",
    LogicalResourceId: logicalId,
    PhysicalResourceId: physicalId,
    ResourceType: type,
    PolicyAction: policy === "Delete" || policy === "Snapshot" ? policy : "Retain",
    Scope: [],
    Details: [],
  } satisfies ResourceChange;
}

function planResource(planning: Planning, LogicalResourceId: string): ResourceChange | undefined {
  const { state, stack, next, scope } = planning;
  const declared = next.resources[LogicalResourceId];
  const type = declared && state.types[declared.type];
  if (!declared || !type) return undefined;
  const shared = { LogicalResourceId, ResourceType: declared.type };
  const record = stack.resources.get(LogicalResourceId);
  if (!record) return { Action: "Add", ...shared, Scope: [], Details: [] };
  const properties = evaluateProperties(LogicalResourceId, declared, type, scope, next.tags);
  const details = changedProperties(record.properties, properties).flatMap((name) =>
    causesOf(name, LogicalResourceId, planning).map((cause) =>
      detail(name, cause, { before: record.properties, after: properties }, type.replacement?.includes(name)),
    ),
  );
  if (details.length === 0) return undefined;
  const replacement = worst(details);
  return {
    Action: "Modify",
    ...shared,
    PhysicalResourceId: record.physicalId,
    Replacement: replacement,
    ...(replacement !== "False" && { PolicyAction: policyAction(declared.updateReplacePolicy) }),
    Scope: [...new Set(details.map(({ Target }) => Target?.Attribute ?? "Properties"))],
    Details: details,
  };
}

function policyAction(policy: DeletionPolicy | undefined): PolicyAction {
  if (policy === "Snapshot") return "ReplaceAndSnapshot";
  return policy === "Retain" ? "ReplaceAndRetain" : "ReplaceAndDelete";
}

function detail(
  name: string,
  { source, entity, secret }: Cause,
  { before, after }: { readonly before: Mapping; readonly after: Mapping },
  replaces = false,
): ResourceChangeDetail {
  const dynamic = JSON.stringify(after[name] ?? null).includes(unknownUntilMade);
  return {
    Target: {
      Attribute: name === "Tags" ? "Tags" : "Properties",
      Name: name === "Tags" ? undefined : name,
      RequiresRecreation: replaces ? (dynamic ? "Conditionally" : "Always") : "Never",
      Path: `/Properties/${name}`,
      BeforeValue: said(before[name], secret),
      AfterValue: said(after[name], secret),
      AttributeChangeType:
        before[name] === undefined ? "Add" : after[name] === undefined ? "Remove" : "Modify",
    },
    Evaluation: dynamic ? "Dynamic" : "Static",
    ChangeSource: source,
    CausingEntity: entity,
  };
}

function said(value: Value | undefined, secret: boolean): string | undefined {
  if (value === undefined) return undefined;
  if (secret) return "****";
  const text = typeof value === "object" ? JSON.stringify(value) : String(value);
  return text.replaceAll(unknownUntilMade, "{{changeSet:KNOWN_AFTER_APPLY}}");
}

function worst(details: readonly ResourceChangeDetail[]): Replacement {
  const needs = details.map(({ Target }) => Target?.RequiresRecreation);
  if (needs.includes("Always")) return "True";
  return needs.includes("Conditionally") ? "Conditional" : "False";
}

function outputsChange(stack: StackRecord, next: Definition, scope: Scope): boolean {
  const declared = Object.entries(next.template.outputs).filter(
    ([, { condition }]) => condition === undefined || scope.condition(condition),
  );
  if (declared.length !== stack.outputs.length) return true;
  return declared.some(([name, { value, exportName, description }]) => {
    const current = stack.outputs.find((output) => output.name === name);
    const place = `/Outputs/${name}`;
    const exported = exportName === undefined ? undefined : evaluate(exportName, scope, place);
    return (
      current === undefined ||
      current.description !== description ||
      !sameValue(String(evaluate(value, scope, place)), current.value) ||
      !sameValue(exported, current.exportName)
    );
  });
}

/** Where a property's new value comes from, as DescribeChangeSet names it. */
interface Cause {
  readonly source: ChangeSource;
  /** The parameter, resource or attribute; undefined for a change of the template itself. */
  readonly entity: string | undefined;
  /** Whether the value contains a NoEcho parameter. */
  readonly secret: boolean;
}

/** At least one cause for a property that changes. */
function causesOf(name: string, logicalId: string, planning: Planning): Cause[] {
  const { next, stack } = planning;
  const declared = propertyOf(next, logicalId, name);
  const found = references(declared, conditionReader(next.conditions), `/Resources/${logicalId}/${name}`);
  const secret = found.some(({ name }) => isHidden(next.template.parameters[name]));
  const causes = found.flatMap((reference) => causeOf(reference, planning));
  const before = stack.definition ? propertyOf(stack.definition, logicalId, name) : null;
  if (!sameValue(declared, before) || causes.length === 0)
    causes.push({ source: "DirectModification", entity: undefined });
  const unique = new Map(causes.map((cause) => [`${cause.source} ${cause.entity}`, { ...cause, secret }]));
  return [...unique.values()];
}

function causeOf(
  { kind, name, attribute }: Reference,
  { stack, next, renewed }: Planning,
): Omit<Cause, "secret">[] {
  if (renewed.has(name))
    return kind === "Ref"
      ? [{ source: "ResourceReference", entity: name }]
      : [{ source: "ResourceAttribute", entity: `${name}.${attribute}` }];
  const after = next.parameters[name];
  return after !== undefined && after !== stack.definition?.parameters[name]
    ? [{ source: "ParameterReference", entity: name }]
    : [];
}

function propertyOf({ resources }: Definition, logicalId: string, name: string): Value {
  const properties = resources[logicalId]?.properties;
  return (isMapping(properties) ? properties[name] : undefined) ?? null;
}
