import type { CloudFormationState, StackRecord } from "../stack/records.ts";
import { validationError } from "../template/errors.ts";

/** Returns the live stack of that name, or the stack of that id, deleted or not. */
export function lookUpStack(
  { stacks }: CloudFormationState,
  nameOrId: string | undefined,
): StackRecord | undefined {
  if (nameOrId === undefined) return undefined;
  const byId = stacks.get(nameOrId);
  if (byId) return byId;
  return [...stacks.values()].find(({ name, deletedAt }) => name === nameOrId && deletedAt === undefined);
}

export function findStack(state: CloudFormationState, nameOrId: string | undefined): StackRecord {
  if (nameOrId === undefined)
    throw validationError(
      "1 validation error detected: Value null at 'stackName' failed to satisfy constraint: Member must not be null",
    );
  const stack = lookUpStack(state, nameOrId);
  if (!stack) throw validationError(`Stack with id ${nameOrId} does not exist`);
  return stack;
}
