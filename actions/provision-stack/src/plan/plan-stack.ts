import type { PlannedStack } from "../../../cloudformation/template.ts";
import { rowOf } from "../../../cloudformation/types/table.ts";
import { isObject } from "../../../core/is-object.ts";
import { onlyDeletable, settledStack } from "../apply/recover-stack.ts";
import type { ProvisionContext } from "../context.ts";
import {
  type Existing,
  type ExistingOptions,
  findExisting,
  type Problem,
} from "../existing/find-existing.ts";
import { createChangeSet, discardChangeSet } from "../stack/change-set.ts";
import { describeStack, importersOf } from "../stack/stack.ts";
import { resourcesOf } from "./names-in-use.ts";
import { type PlannedChange, type StackPlan, toPlannedChange } from "./stack-plan.ts";

interface PlanOptions extends ExistingOptions {
  /** Names of exports that the stack imports and that exist only after other stacks of this plan are applied. */
  readonly awaited: readonly string[];
}

/** Plans the stack with CloudFormation's own preview where it has one; nothing is changed, nothing is left. */
export async function planStack(
  context: ProvisionContext,
  planned: PlannedStack,
  options: PlanOptions,
): Promise<StackPlan> {
  const { stackName, template } = planned;
  const status = (await settledStack(context, stackName))?.StackStatus;
  const named = { template: template.name, stackName, warnings: [] };
  const isThere = status !== undefined && status !== "REVIEW_IN_PROGRESS" && status !== "DELETE_COMPLETE";
  const awaited = options.awaited.map((name) => `after ${name} exists`).join(", ");
  if (isThere && onlyDeletable.includes(status))
    return {
      ...named,
      kind: "recreate",
      changes: await plannedCreation(context, planned, options.folder),
      notes: [`The stack is ${status} from an earlier failure: it is deleted, then created.`],
    };
  if (isThere && /^UPDATE(_ROLLBACK)?_FAILED$/.test(status))
    return {
      ...named,
      kind: "unknown",
      changes: [],
      notes: [
        `The stack is ${status} from an earlier failure: it is rolled back first, and can only be planned after that.`,
      ],
    };
  if (awaited && isThere)
    return { ...named, kind: "unknown", changes: [], notes: [`Can only be planned ${awaited}.`] };
  if (awaited) {
    const existing = await findExisting(context, planned, options);
    return {
      ...named,
      kind: "create",
      changes: adopting(await plannedCreation(context, planned, options.folder), existing),
      warnings: existing.problems.map(sayProblem),
      notes: [`Created ${awaited}; until then, this list of resources comes from the template.`],
    };
  }
  return fromChangeSet(context, planned, isThere ? "UPDATE" : "CREATE", options);
}

async function fromChangeSet(
  context: ProvisionContext,
  planned: PlannedStack,
  type: "CREATE" | "UPDATE",
  options: PlanOptions,
): Promise<StackPlan> {
  const { stackName, template } = planned;
  const changeSet = await createChangeSet(context, planned, type);
  await discardChangeSet(context, changeSet);
  const changes = changeSet.changes.map(toPlannedChange);
  const added = changes.flatMap(({ action, logicalId }) => (action === "Add" ? [logicalId] : []));
  const existing = await findExisting(context, planned, options, type === "CREATE" ? undefined : added);
  const onlyOutputs = changeSet.hasChanges && changes.length === 0;
  return {
    template: template.name,
    stackName,
    kind: changeSet.hasChanges ? (type === "CREATE" ? "create" : "update") : "none",
    changes: adopting(changes, existing),
    notes: onlyOutputs ? ["Only its outputs change."] : [],
    warnings: [
      ...existing.problems.map(sayProblem),
      ...changes.flatMap(warn),
      ...majorUpgrades(planned, changes),
      ...(await exportsThatWouldChange(context, planned, changes)),
    ],
  };
}

/** An adopted resource is imported instead of created. */
function adopting(changes: readonly PlannedChange[], { adoptions }: Existing): PlannedChange[] {
  return changes.map((change) =>
    adoptions.some(({ logicalId }) => logicalId === change.logicalId)
      ? { ...change, action: "Import" }
      : change,
  );
}

function sayProblem({ text, fix }: Problem): string {
  return `${text}. Fix: ${fix}.`;
}

function warn({ action, logicalId, type, replacement, loss }: PlannedChange): string[] {
  if (!loss) return [];
  const fate = action === "Remove" ? "is removed" : replacement === "yes" ? "is replaced" : "may be replaced";
  return [`${logicalId} (${type}) ${fate}, which loses ${loss}.`];
}

/**
 * Warns of changes that move a database to another major version, which RDS cannot undo.
 *
 * @internal
 */
export function majorUpgrades({ template }: PlannedStack, changes: readonly PlannedChange[]): string[] {
  return changes.flatMap(({ logicalId, type, properties }) => {
    if (!rowOf(type)?.hasEngine) return [];
    const { before, after } = properties.find(({ name }) => name === "EngineVersion") ?? {};
    if (!before || !after) return [];
    const engine = engineOf(template.content.Resources, logicalId);
    if (majorOf(engine, before) === majorOf(engine, after)) return [];
    return [
      `${logicalId} (${type}) gets another major version of its engine, ${before} → ${after}: the database is down during the upgrade, which cannot be undone. Fix: take a snapshot, and test the services with ${after} first.`,
    ];
  });
}

function engineOf(resources: unknown, logicalId: string): string {
  const resource = isObject(resources) ? resources[logicalId] : undefined;
  const properties = isObject(resource) ? resource.Properties : undefined;
  const engine = isObject(properties) ? properties.Engine : undefined;
  return typeof engine === "string" ? engine : "";
}

/** RDS user guide: the major version of PostgreSQL is one number; that of the other engines is two, such as 8.4. */
function majorOf(engine: string, version: string): string {
  const numbers = version.split(".");
  return numbers.slice(0, engine.includes("postgres") ? 1 : 2).join(".");
}

/** Returns what a template creates, as far as it shows that, for a stack that CloudFormation cannot plan yet. */
async function plannedCreation(
  context: ProvisionContext,
  planned: PlannedStack,
  folder: readonly PlannedStack[],
): Promise<PlannedChange[]> {
  const evaluated = await resourcesOf(context, planned, folder);
  const { Resources } = planned.template.content;
  // Where only CloudFormation can decide the conditions, all of the template's resources count.
  const declared = Object.entries(isObject(Resources) ? Resources : {}).map(([logicalId, resource]) => ({
    logicalId,
    type: isObject(resource) ? String(resource.Type) : "",
  }));
  return (evaluated.length > 0 ? evaluated : declared).map(({ logicalId, type }) => ({
    action: "Add",
    logicalId,
    type,
    replacement: "no",
    properties: [],
    loss: undefined,
  }));
}

/**
 * Returns a sentence per export in use that the plan removes, or whose resource it replaces or removes. CloudFormation
 * refuses to change those, but only in the middle of the update.
 */
async function exportsThatWouldChange(
  context: ProvisionContext,
  { template, stackName }: PlannedStack,
  changes: readonly PlannedChange[],
): Promise<string[]> {
  const going = new Set(
    changes.flatMap(({ action, replacement, logicalId }) =>
      action === "Remove" || replacement === "yes" ? [logicalId] : [],
    ),
  );
  const outputs = (await describeStack(context, stackName))?.Outputs ?? [];
  const declared = isObject(template.content.Outputs) ? template.content.Outputs : {};
  const warnings: string[] = [];
  for (const { OutputKey = "", ExportName } of outputs) {
    const output = declared[OutputKey];
    const changed = [...going].find((id) => refersTo(output, id));
    if (!ExportName || (output !== undefined && changed === undefined)) continue;
    const users = await importersOf(context, ExportName);
    if (users.length === 0) continue;
    const why = output === undefined ? "is no longer exported" : `changes with ${changed}`;
    warnings.push(
      `Export ${ExportName} ${why}, but ${users.join(", ")} imports it: CloudFormation will reject this update.`,
    );
  }
  return warnings;
}

function refersTo(value: unknown, logicalId: string): boolean {
  if (Array.isArray(value)) return value.some((item) => refersTo(item, logicalId));
  if (!isObject(value)) return false;
  return Object.entries(value).some(([name, inner]) => {
    if (name === "Ref") return inner === logicalId;
    if (name === "Fn::GetAtt")
      return (Array.isArray(inner) ? inner[0] : String(inner).split(".")[0]) === logicalId;
    const text = String(name === "Fn::Sub" ? (Array.isArray(inner) ? inner[0] : inner) : "");
    const references = [`\${${logicalId}}`, `\${${logicalId}.`];
    return references.some((reference) => text.includes(reference)) || refersTo(inner, logicalId);
  });
}
