import type { CloudFormation } from "@aws-sdk/client-cloudformation";
import { AwsError } from "../../../kit/errors.ts";
import { pager } from "../../../kit/page.ts";
import type { Api } from "../../api.ts";
import type { ChangeSetRecord, CloudFormationState, StackRecord } from "../stack/records.ts";
import { validationError } from "../template/errors.ts";

/** The input of an operation. */
export type Input<Name extends keyof Api<CloudFormation>> = Parameters<Api<CloudFormation>[Name]>[0];

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

/** Finds a change set by its id, or by its name within a stack. Throws ChangeSetNotFoundException. */
export function findChangeSet(
  state: CloudFormationState,
  stackName: string | undefined,
  nameOrId: string | undefined,
): { stack: StackRecord; changeSet: ChangeSetRecord } {
  if (stackName === undefined && !nameOrId?.startsWith("arn:"))
    throw validationError("StackName must be specified if ChangeSetName is not specified as an ARN.");
  const candidates = stackName === undefined ? [...state.stacks.values()] : [findStack(state, stackName)];
  for (const stack of candidates)
    for (const changeSet of stack.changeSets.values())
      if (changeSet.id === nameOrId || changeSet.name === nameOrId) return { stack, changeSet };
  throw new AwsError("ChangeSetNotFoundException", `ChangeSet [${nameOrId}] does not exist`, 404);
}

export const page = pager<never, "NextToken">({
  token: "NextToken",
  standard: 100,
  code: "ValidationError",
});
