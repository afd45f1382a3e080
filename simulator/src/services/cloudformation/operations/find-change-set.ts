import { AwsError } from "../../../kit/errors.ts";
import type { ChangeSetRecord, CloudFormationState, StackRecord } from "../stack/records.ts";
import { findStack } from "./find-stack.ts";

/** Finds a change set by its id, or by its name within a stack. Throws ChangeSetNotFoundException. */
export function findChangeSet(
  state: CloudFormationState,
  stackName: string | undefined,
  nameOrId: string | undefined,
): { stack: StackRecord; changeSet: ChangeSetRecord } {
  const candidates = stackName === undefined ? [...state.stacks.values()] : [findStack(state, stackName)];
  for (const stack of candidates)
    for (const changeSet of stack.changeSets.values())
      if (changeSet.id === nameOrId || (stackName !== undefined && changeSet.name === nameOrId))
        return { stack, changeSet };
  throw new AwsError("ChangeSetNotFoundException", `ChangeSet [${nameOrId}] does not exist`, 404);
}
