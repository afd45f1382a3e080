import type { PlannedStack } from "../../../shared/cloudformation/dependencies.ts";
import { onlyDeletable, settledStack } from "../apply/recover-stack.ts";
import type { ProvisionContext } from "../context.ts";
import { createChangeSet, discardChangeSet } from "../stack/change-set.ts";
import { exportsThatWouldChange } from "./exports-in-use.ts";
import { majorUpgrades } from "./major-upgrades.ts";
import { type NameInUse, namesInUse } from "./names-in-use.ts";
import { plannedCreation } from "./planned-creation.ts";
import { type PlannedChange, type StackPlan, toPlannedChange } from "./stack-plan.ts";

export interface PlanOptions {
  /** Milliseconds since the epoch. */
  readonly deadlineAt: number;
  /** Names of exports that the stack imports and that exist only after other stacks of this plan are applied. */
  readonly awaited: readonly string[];
  /** Every stack of the folder, for messages that refer to other templates. */
  readonly folder: readonly PlannedStack[];
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
  if (awaited)
    return {
      ...named,
      kind: "create",
      changes: await plannedCreation(context, planned, options.folder),
      warnings: (await namesInUse(context, planned, options.folder)).map(sayNameInUse),
      notes: [`Created ${awaited}; until then, this list of resources comes from the template.`],
    };
  return fromChangeSet(context, planned, isThere ? "UPDATE" : "CREATE", options);
}

async function fromChangeSet(
  context: ProvisionContext,
  planned: PlannedStack,
  type: "CREATE" | "UPDATE",
  { deadlineAt, folder }: PlanOptions,
): Promise<StackPlan> {
  const { stackName, template } = planned;
  const changeSet = await createChangeSet(context, planned, type, deadlineAt);
  await discardChangeSet(context, changeSet);
  const changes = changeSet.changes.map(toPlannedChange);
  const added = changes.flatMap(({ action, logicalId }) => (action === "Add" ? [logicalId] : []));
  const inUse = await namesInUse(context, planned, folder, added);
  const onlyOutputs = changeSet.hasChanges && changes.length === 0;
  return {
    template: template.name,
    stackName,
    kind: changeSet.hasChanges ? (type === "CREATE" ? "create" : "update") : "none",
    changes,
    notes: onlyOutputs ? ["Only its outputs change."] : [],
    warnings: [
      ...inUse.map(sayNameInUse),
      ...changes.flatMap(warn),
      ...majorUpgrades(planned, changes),
      ...(await exportsThatWouldChange(context, planned, changes)),
    ],
  };
}

function sayNameInUse({ text, fix }: NameInUse): string {
  return `${text}. Fix: ${fix}.`;
}

function warn({ action, logicalId, type, replacement, loss }: PlannedChange): string[] {
  if (!loss) return [];
  const fate = action === "Remove" ? "is removed" : replacement === "yes" ? "is replaced" : "may be replaced";
  return [`${logicalId} (${type}) ${fate}, which loses ${loss}.`];
}
