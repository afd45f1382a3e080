import { AwsError } from "../../kit/errors.ts";
import { apiName } from "../../kit/operation-names.ts";
import { compilePolicy, evaluate } from "../../permissions/evaluate.ts";
import type { Caller, Handler, Operations } from "../api.ts";
import { accountPattern, type EcrState, invalidParameter, type RepositoryRecord } from "./state.ts";

interface Named {
  registryId?: string;
  repositoryName?: string;
  repositoryNames?: string[];
}

/**
 * Calls over the wire come from the simulator's own account: in another account's registry the repository's policy
 * decides. In-process callers act as the account they specify, so that a rehearsal can have one.
 */
export function guardOtherAccounts(state: EcrState, operations: Operations<"ecr">): Operations<"ecr"> {
  const guarded = Object.entries(operations as Record<string, Handler>).map(([name, operation]) => {
    const perform: Handler = (input, caller) => {
      assertAllowed(state, name, input as Named, caller);
      return operation(input, caller);
    };
    return [name, perform] as const;
  });
  return Object.fromEntries(guarded);
}

function assertAllowed(state: EcrState, operation: string, input: Named, caller: Caller): void {
  const { accountId, region } = state.environment;
  const { registryId = accountId, repositoryName, repositoryNames } = input;
  if (!accountPattern.test(registryId))
    throw invalidParameter("registryId", `must satisfy regular expression '${accountPattern.source}'`);
  if (registryId === accountId || caller.accessKeyId === "in-process") return;
  const action = `ecr:${apiName(operation)}`;
  const names = repositoryNames ?? (repositoryName === undefined ? [] : [repositoryName]);
  if (names.length === 0 || operation === "createRepository")
    throw denied(accountId, action, `arn:aws:ecr:${region}:${registryId}:repository/${names[0] ?? "*"}`);
  for (const name of names) {
    const denial = denialOf(state, state.find({ registryId, repositoryName: name }), action);
    if (denial !== undefined) throw new AwsError("AccessDeniedException", denial);
  }
}

/** Returns why the simulator's account may not do this to a repository; undefined when it may. */
export function denialOf(
  { environment: { accountId } }: Pick<EcrState, "environment">,
  { description, policyText }: Pick<RepositoryRecord, "description" | "policyText">,
  action: string,
): string | undefined {
  if (description.registryId === accountId || policyAllows(policyText, accountId, action)) return undefined;
  return denied(accountId, action, description.repositoryArn).message;
}

function denied(accountId: string, action: string, resource: string): AwsError {
  return new AwsError(
    "AccessDeniedException",
    `User: arn:aws:iam::${accountId}:root is not authorized to perform: ${action} on resource: ${resource} because no resource-based policy allows the ${action} action`,
  );
}

/**
 * Returns whether a repository's policy allows another account an action (`ecr:BatchGetImage`). A condition whose value
 * is not known here allows nothing. Source: ECR user guide, "Private repository policies in Amazon ECR".
 */
function policyAllows(policyText: string | undefined, accountId: string, action: string): boolean {
  if (policyText === undefined) return false;
  const policies = { identity: [], resource: compilePolicy(policyText) };
  const requester = { arn: `arn:aws:iam::${accountId}:root`, accountId, keys: () => undefined };
  return evaluate(policies, { action, resource: "*" }, requester).outcome === "allowed";
}
