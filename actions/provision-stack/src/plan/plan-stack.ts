import type { PlannedStack } from "../../../shared/cloudformation/dependencies.ts";
import { onlyDeletable, settledStack } from "../apply/recover-stack.ts";
import type { ProvisionContext } from "../context.ts";
import {
  type Existing,
  type ExistingOptions,
  findExisting,
  type Problem,
} from "../existing/find-existing.ts";
import { createChangeSet, discardChangeSet } from "../stack/change-set.ts";
import { exportsThatWouldChange } from "./exports-in-use.ts";
import { majorUpgrades } from "./major-upgrades.ts";
import { plannedCreation } from "./planned-creation.ts";
import { type PlannedChange, type StackPlan, toPlannedChange } from "./stack-plan.ts";

export interface PlanOptions extends ExistingOptions {
  /** Milliseconds since the epoch. */
  readonly deadlineAt: number;
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
  const status = (await settledStack(context, stackName, options))?.StackStatus;
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
  const changeSet = await createChangeSet(context, planned, type, options.deadlineAt);
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
