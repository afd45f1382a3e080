import type {
  ChangeSource,
  PolicyAction,
  Replacement,
  ResourceChange,
  ResourceChangeDetail,
} from "@aws-sdk/client-cloudformation";
import { unknownUntilMade } from "../resources/shape.ts";
import { evaluate, type Scope } from "../template/evaluate.ts";
import { type Reference, references } from "../template/references.ts";
import type { DeletionPolicy } from "../template/template.ts";
import { isMapping, type Mapping, sameValue, type Value } from "../template/value.ts";
import { conditionReader, type Definition } from "./definition.ts";
import { evaluateProperties } from "./evaluate-properties.ts";
import { inOrder } from "./order.ts";
import type { CloudFormationState, StackRecord } from "./records.ts";
import { stackScope } from "./scope.ts";
import { changedProperties } from "./update-resource.ts";

interface Plan {
  readonly changes: readonly ResourceChange[];
  readonly outputsChange: boolean;
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
  for (const [LogicalResourceId, record] of stack.resources) {
    if (next.resources[LogicalResourceId]) continue;
    const policy = stack.definition?.resources[LogicalResourceId]?.deletionPolicy ?? "Delete";
    changes.push({
      Action: "Remove",
      LogicalResourceId,
      PhysicalResourceId: record.physicalId,
      ResourceType: record.type,
      PolicyAction: policy === "Delete" ? "Delete" : policy === "Snapshot" ? "Snapshot" : "Retain",
      Scope: [],
      Details: [],
    });
  }
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

interface Planning {
  readonly state: CloudFormationState;
  readonly stack: StackRecord;
  readonly next: Definition;
  readonly scope: Scope;
  /** Resources whose physical id or attributes the change may renew. */
  readonly renewed: ReadonlySet<string>;
}

function planResource(planning: Planning, LogicalResourceId: string): ResourceChange | undefined {
  const { state, stack, next, scope, renewed } = planning;
  const declared = next.resources[LogicalResourceId];
  const type = declared && state.types[declared.type];
  if (!declared || !type) return undefined;
  const shared = { LogicalResourceId, ResourceType: declared.type };
  const record = stack.resources.get(LogicalResourceId);
  if (!record) return { Action: "Add", ...shared, Scope: [], Details: [] };
  const properties = evaluateProperties(LogicalResourceId, declared, type, scope, next.tags);
  const details = changedProperties(record.properties, properties).flatMap((name) =>
    causesOf(name, LogicalResourceId, { previous: stack.definition, next, renewed }).map((cause) =>
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

interface Change {
  readonly previous: Definition | undefined;
  readonly next: Definition;
  /** Resources whose physical id or attributes the change may renew. */
  readonly renewed: ReadonlySet<string>;
}

/** At least one cause for a property that changes. */
function causesOf(name: string, logicalId: string, change: Change): Cause[] {
  const { previous, next } = change;
  const declared = propertyOf(next, logicalId, name);
  const found = references(declared, conditionReader(next.conditions), `/Resources/${logicalId}/${name}`);
  const secret = found.some(({ name }) => String(next.template.parameters[name]?.NoEcho) === "true");
  const causes: Omit<Cause, "secret">[] = found.flatMap((reference) => causeOf(reference, change));
  const rewritten = !sameValue(declared, previous ? propertyOf(previous, logicalId, name) : null);
  if (rewritten || causes.length === 0) causes.push({ source: "DirectModification", entity: undefined });
  const unique = new Map(causes.map((cause) => [`${cause.source} ${cause.entity}`, { ...cause, secret }]));
  return [...unique.values()];
}

function causeOf(
  { kind, name, attribute }: Reference,
  { previous, next, renewed }: Change,
): Omit<Cause, "secret">[] {
  if (renewed.has(name))
    return kind === "Ref"
      ? [{ source: "ResourceReference", entity: name }]
      : [{ source: "ResourceAttribute", entity: `${name}.${attribute}` }];
  const before: string | undefined = previous?.parameters[name];
  const after = next.parameters[name];
  return after !== undefined && !sameValue(before, after)
    ? [{ source: "ParameterReference", entity: name }]
    : [];
}

function propertyOf({ resources }: Definition, logicalId: string, name: string): Value {
  const properties = resources[logicalId]?.properties;
  return (isMapping(properties) ? properties[name] : undefined) ?? null;
}
