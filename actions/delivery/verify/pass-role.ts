import { type EvaluationResult, GetRoleCommand, SimulatePrincipalPolicyCommand } from "@aws-sdk/client-iam";
import { GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import { lastSegment, parseArn } from "../../core/arn.ts";
import { type Finding, fault, note, tryLookUp } from "../../core/findings.ts";
import type { Checking } from "./checking.ts";

export const tasks = "ecs-tasks.amazonaws.com";

/** A role of the task definition, and its name in findings. */
export interface PassedRole {
  readonly arn: string;
  readonly what: string;
}

const notChecked = (why = "IAM gives no decision") =>
  note(`Could not check whether iam:PassRole is allowed: ${why}`);

/**
 * Finds roles that the caller may not pass to tasks: RegisterTaskDefinition would fail. IAM's simulation knows neither the
 * policies of a session nor all keys of the request; without a certain decision there is one note.
 */
export async function checkPassing(checking: Checking, roles: readonly PassedRole[]): Promise<Finding[]> {
  if (roles.length === 0 || !(await checking.registers?.())) return [];
  const sts = await checking.clients.sts();
  const { value, findings } = await tryLookUp(checking, "sts:GetCallerIdentity", (options) =>
    sts.send(new GetCallerIdentityCommand({}), options),
  );
  const caller = principalOf(value?.Arn ?? "");
  if (!caller) return notChecked(findings[0]?.text ?? `IAM cannot simulate ${value?.Arn}`);
  const simulation = await simulate(checking, caller, roles);
  if (!simulation.value) return notChecked(simulation.findings[0]?.text);
  const results = (simulation.value.EvaluationResults ?? []).flatMap(ofResources);
  const found = roles.flatMap((role) => {
    const result = results.find(({ EvalResourceName }) => EvalResourceName === role.arn);
    return describe(result, role, lastSegment(caller));
  });
  const unique = [...new Map(found.map((finding) => [finding.text, finding])).values()];
  return checking.isPlan ? unique.map((finding) => ({ kind: "advice", ...finding })) : unique;
}

/** Returns the user, or the role of a session as if it had no path, which the session's ARN lacks. */
function principalOf(arn: string): string | undefined {
  const { partition, service, account, resource = "" } = parseArn(arn) ?? {};
  if (service === "iam" && resource.startsWith("user/")) return arn;
  const [kind, name] = resource.split("/");
  return kind === "assumed-role" ? `arn:${partition}:iam::${account}:role/${name}` : undefined;
}

async function simulate(checking: Checking, caller: string, roles: readonly PassedRole[]) {
  const iam = await checking.clients.iam();
  const context = { ContextKeyName: "iam:PassedToService", ContextKeyValues: [tasks] };
  const input = {
    ActionNames: ["iam:PassRole"],
    ResourceArns: roles.map(({ arn }) => arn),
    ContextEntries: [{ ...context, ContextKeyType: "string" as const }],
  };
  const ask = (PolicySourceArn: string) =>
    tryLookUp(checking, `the policies of ${PolicySourceArn}`, (options) =>
      iam.send(new SimulatePrincipalPolicyCommand({ PolicySourceArn, ...input }), options),
    );
  const simulation = await ask(caller);
  if (simulation.value || !caller.includes(":role/")) return simulation;
  const RoleName = lastSegment(caller);
  const { value } = await tryLookUp(checking, RoleName, (options) =>
    iam.send(new GetRoleCommand({ RoleName }), options),
  );
  const arn = value?.Role?.Arn ?? caller;
  return arn === caller ? simulation : ask(arn);
}

/** Returns the decision for each resource; the result around them has the strictest one. */
function ofResources(result: EvaluationResult): EvaluationResult[] {
  const { ResourceSpecificResults: each = [] } = result;
  if (each.length === 0) return [result];
  return each.map((specific) => ({ ...result, ...specific, EvalDecision: specific.EvalResourceDecision }));
}

/** Keys of another service's requests, such as `ecs:cluster`: iam:PassRole never has them, so they change no decision. */
const foreignKey = /^(?!(?:aws|iam|saml|sts):)[a-z0-9-]+:/i;

function describe(
  result: EvaluationResult | undefined,
  { arn, what }: PassedRole,
  caller: string,
): Finding[] {
  if (result?.EvalDecision === "allowed") return [];
  if (result?.EvalDecision === undefined) return notChecked();
  const missing = (result.MissingContextValues ?? []).filter((key) => !foreignKey.test(key));
  if (missing.length > 0) return notChecked(`it depends on ${missing.join(", ")}`);
  // The response does not list keys that these policies need (IAM API reference, EvaluationResult).
  if (result.OrganizationsDecisionDetail?.AllowedByOrganizations === false)
    return notChecked("a service control policy of the organization may deny it");
  const Condition = { StringEquals: { "iam:PassedToService": tasks } };
  const statement = { Effect: "Allow", Action: "iam:PassRole", Resource: arn, Condition };
  const [cause, fix] = causeOf(result);
  return fault(`${caller} may not pass ${what} to tasks: ${cause}`, `${fix}: ${JSON.stringify(statement)}`);
}

function causeOf({ EvalDecision, MatchedStatements, PermissionsBoundaryDecisionDetail }: EvaluationResult) {
  if (EvalDecision === "explicitDeny") {
    const policies = MatchedStatements?.map(({ SourcePolicyId }) => ` of ${SourcePolicyId}`) ?? [];
    return [
      `a Deny statement${policies} forbids it`,
      "exclude the role from the Deny; its policy also needs",
    ];
  }
  if (PermissionsBoundaryDecisionDetail?.AllowedByPermissionsBoundary === false)
    return [
      "its permissions boundary lacks iam:PassRole",
      "add to the boundary, and to its policy if missing",
    ];
  return ["none of its policies allows iam:PassRole", "add to the statements of its policy"];
}
