import { AwsError } from "../../kit/errors.ts";
import { apiName } from "../../kit/operation-names.ts";
import { compileWildcard } from "../../kit/wildcard.ts";
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

interface Statement {
  readonly Effect?: unknown;
  readonly Principal?: unknown;
  readonly Action?: unknown;
}

/**
 * Returns whether a repository's policy allows another account an action (`ecr:BatchGetImage`). Conditions are not
 * evaluated: a statement with a condition allows nothing here. Source: ECR user guide, "Private repository policies in
 * Amazon ECR".
 */
function policyAllows(policyText: string | undefined, accountId: string, action: string): boolean {
  if (policyText === undefined) return false;
  const { Statement } = JSON.parse(policyText) as { Statement: Statement | Statement[] };
  const matching = [Statement].flat().filter((statement) => {
    return !("Condition" in statement) && concerns(statement, accountId) && covers(statement, action);
  });
  const has = (effect: string) => matching.some(({ Effect }) => Effect === effect);
  return has("Allow") && !has("Deny");
}

function concerns({ Principal }: Statement, accountId: string): boolean {
  const principals = texts(typeof Principal === "object" ? (Principal as { AWS?: unknown })?.AWS : Principal);
  return principals.some(
    (principal) =>
      principal === "*" || principal === accountId || principal === `arn:aws:iam::${accountId}:root`,
  );
}

function covers({ Action }: Statement, action: string): boolean {
  return texts(Action).some((pattern) => compileWildcard(pattern, { ignoreCase: true })(action));
}

function texts(value: unknown): string[] {
  return [value].flat().filter((each) => typeof each === "string");
}
