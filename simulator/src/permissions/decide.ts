import type { Environment } from "../environment.ts";
import { lastPart } from "../kit/last-part.ts";
import { findAction } from "./action-table.ts";
import { deniedMessage, noIdentityPolicy } from "./denied-message.ts";
import { compilePolicy, type Evaluation, evaluate, type Policies } from "./evaluate.ts";
import type { Ledger } from "./ledger.ts";
import type { AccessRequest, PermissionMode, PolicySources, Requester, RolePolicies } from "./permissions.ts";

export interface DecisionOptions
  extends AccountPolicies,
    Pick<Environment, "accountId" | "region" | "clock" | "accessKeys" | "warn" | "aws"> {
  readonly mode: PermissionMode;
  /** Whether a fault keeps services from assuming a young role; by default none does. */
  readonly delaysRoles?: () => boolean;
}

export interface AccountPolicies {
  /** Policy of the account's own keys; by default an administrator's. What another one allows is not checked. */
  readonly userPolicy?: string;
  /** Roles whose policies nobody outside AWS has seen: nothing about them is decided. */
  readonly unseenRoles?: readonly string[];
}

/** The user of the account's own keys is an administrator. */
export const administrator = JSON.stringify({
  Version: "2012-10-17",
  Statement: { Effect: "Allow", Action: "*", Resource: "*" },
});

/** Decides about requests by the policies of the account, and keeps the results in the ledger. */
export function createDecider(options: DecisionOptions, sources: PolicySources, ledger: Ledger) {
  const { mode, accountId, warn, userPolicy = administrator, unseenRoles = [] } = options;

  const decide = (
    requester: Requester,
    role: RolePolicies | undefined,
    request: AccessRequest,
  ): Evaluation => {
    if (requester.roleArn !== undefined && !role)
      return { outcome: "denied", because: noIdentityPolicy(request.action) };
    const identity = role ? role.documents.flatMap(compilePolicy) : compilePolicy(userPolicy);
    const evaluation = evaluate({ identity, ...otherPolicies(sources, role, request) }, request, requester);
    const isUnseen = role
      ? unseenRoles.includes(lastPart(role.arn))
      : userPolicy !== administrator && evaluation.outcome === "allowed";
    return isUnseen
      ? { outcome: "not checked", part: `the policies of ${requester.roleArn ?? requester.arn}` }
      : evaluation;
  };

  const messageAbout = (requester: Requester, role: RolePolicies | undefined, request: AccessRequest) => {
    // Source: "Grant a user permissions to pass a role", IAM user guide; the message as moto has recorded it.
    const owner = /^arn:aws:iam::(\d{12}):role\//.exec(request.resource)?.[1];
    if (request.action === "iam:PassRole" && owner !== undefined && owner !== accountId)
      return "Cross-account pass role is not allowed.";
    if (!findAction(request.action))
      return void ledger.addNotChecked(request.action, "the action, which is not in the table");
    const evaluation = decide(requester, role, request);
    if (evaluation.outcome === "not checked") ledger.addNotChecked(request.action, evaluation.part);
    if (evaluation.outcome !== "denied") return undefined;
    return deniedMessage(requester.arn, request, evaluation.because);
  };

  /** Returns the message about the first request that is denied. */
  const judge = (requester: Requester, requests: readonly AccessRequest[]): string | undefined => {
    const role = requester.roleArn === undefined ? undefined : sources.role?.(lastPart(requester.roleArn));
    for (const request of requests) {
      const message = messageAbout(requester, role, request);
      if (message === undefined) continue;
      ledger.addDenied({ caller: requester.arn, action: request.action, message });
      if (mode !== "report") return message;
      warn(`denied on AWS, performed here: ${message}`);
    }
    return undefined;
  };

  return { decide, judge };
}

function otherPolicies(
  { resources }: PolicySources,
  role: RolePolicies | undefined,
  { action, resource }: AccessRequest,
): Pick<Policies, "boundary" | "resource"> {
  const own = resources.get(action.split(":")[0] ?? "")?.(resource);
  return {
    boundary: role?.boundary === undefined ? undefined : compilePolicy(role.boundary),
    resource: own === undefined ? undefined : compilePolicy(own),
  };
}
