import type { ProvisionContext } from "../context.ts";
import type { ProvisionInputs } from "../inputs.ts";
import { type ChangeSet, executeChangeSet } from "../stack/change-set.ts";
import { newestEvent } from "../stack/events.ts";
import { type Followed, followStack } from "../stack/follow-stack.ts";
import { giveUp } from "../stack/running-operations.ts";

/** Executes a change set and follows the stack to its end. */
export async function runChangeSet(
  context: ProvisionContext,
  stackName: string,
  changeSet: ChangeSet,
  onFailure: ProvisionInputs["onFailure"],
): Promise<Followed> {
  const { stackId } = changeSet;
  const after = await newestEvent(context, stackId);
  const disableRollback = keeps(context, stackName, changeSet, onFailure);
  context.operations.begin({ stackName, stackId, type: changeSet.type });
  await executeChangeSet(context, changeSet, { disableRollback });
  const followed = await followStack(context, {
    stackName,
    stackId,
    after,
    resources: new Set(changeSet.changes.map(({ LogicalResourceId = "" }) => LogicalResourceId)),
    giveUp: async () => {
      const fate = await giveUp(context.cloudformation, changeSet);
      context.operations.end(stackId);
      return fate;
    },
  });
  context.operations.end(stackId);
  return followed;
}

/** CloudFormation replaces nothing in a stack whose rollback is disabled, so such a failure is always rolled back. */
function keeps(
  context: ProvisionContext,
  stackName: string,
  { changes, type }: ChangeSet,
  onFailure: ProvisionInputs["onFailure"],
): boolean {
  if (onFailure === "rollback" || type === "IMPORT") return false;
  const replaced = changes.filter(({ Replacement }) => Replacement && Replacement !== "False");
  if (replaced.length === 0) return true;
  const names = replaced.map(({ LogicalResourceId }) => LogicalResourceId).join(", ");
  context.log.warning(
    `${stackName}: on-failure: keep is not possible because ${names} may be replaced; a failure is rolled back.`,
  );
  return false;
}
