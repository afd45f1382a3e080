import { type EvaluationResult, GetRoleCommand, SimulatePrincipalPolicyCommand } from "@aws-sdk/client-iam";
import { GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import { lastSegment, parseArn } from "../../core/arn.ts";
import { type Finding, fault, hasFaults, note, tryLookUp } from "../../core/findings.ts";
import type { Checking } from "./checking.ts";

export const tasks = "ecs-tasks.amazonaws.com";

/** A role of the task definition, and its name in findings. */
export interface PassedRole {
  readonly arn: string;
  readonly what: string;
}

/** Something that a role has to be allowed to do. */
export interface Right {
  readonly action: string;
  readonly resource: string;
  /** Keys of the request that policies may have conditions on, with their values. */
  readonly keys?: Readonly<Record<string, string>>;
  /** Follows `may not`, such as `pass role a to tasks`. */
  readonly what: string;
}

/** Returns the right to pass a role to a service of AWS. */
export function passing({ arn, what }: PassedRole, to = tasks): Right {
  const receiver = to === tasks ? "tasks" : to;
  const keys = { "iam:PassedToService": to };
  return { action: "iam:PassRole", resource: arn, keys, what: `pass ${what} to ${receiver}` };
}

/** Finds roles that the caller may not pass to tasks: RegisterTaskDefinition would fail. */
export async function checkPassing(checking: Checking, roles: readonly PassedRole[]): Promise<Finding[]> {
  if (roles.length === 0 || !(await checking.registers?.())) return [];
  return checkRights(
    checking,
    roles.map((role) => passing(role)),
  );
}

interface Simulating extends Pick<Checking, "clients" | "signal" | "isPlan"> {
  /** Findings by the name of IAM's error. */
  readonly known?: Readonly<Record<string, Finding>>;
}

const notChecked = (action: string, why = "IAM gives no decision") =>
  note(`Could not check whether ${action} is allowed: ${why}`);

/**
 * Finds what the caller, or another role, may not do. IAM's simulation knows neither the policies of a session nor all
 * keys of the request; without a certain decision there is one note for each action.
 */
export async function checkRights(
  checking: Simulating,
  rights: readonly Right[],
  role?: string,
): Promise<Finding[]> {
  const [first] = rights;
  if (!first) return [];
  let principal = role;
  if (role === undefined) {
    const sts = await checking.clients.sts();
    const { value, findings } = await tryLookUp(checking, "sts:GetCallerIdentity", (options) =>
      sts.send(new GetCallerIdentityCommand({}), options),
    );
    principal = principalOf(value?.Arn ?? "");
    if (!principal) return notChecked(first.action, findings[0]?.text ?? `IAM cannot simulate ${value?.Arn}`);
  }
  const known = { NoSuchEntityException: { text: `role ${lastSegment(role ?? "")} does not exist` } };
  const asking = { ...checking, ...(role && { known }) };
  const groups = Map.groupBy(rights, ({ action, keys = {} }) => JSON.stringify([action, keys]));
  const found = await Promise.all(
    [...groups.values()].map((group) => decide(asking, principal ?? "", group)),
  );
  const unique = [...new Map(found.flat().map((finding) => [finding.text, finding])).values()];
  return checking.isPlan ? unique.map((finding) => ({ kind: "advice", ...finding })) : unique;
}

/** Decides about rights to one action with the same keys. */
async function decide(checking: Simulating, principal: string, rights: readonly Right[]): Promise<Finding[]> {
  const action = rights[0]?.action ?? "";
  const simulation = await simulate(checking, principal, rights);
  if (hasFaults(simulation.findings)) return simulation.findings;
  if (!simulation.value) return notChecked(action, simulation.findings[0]?.text);
  const results = (simulation.value.EvaluationResults ?? []).flatMap(ofResources);
  return rights.flatMap((right) => {
    const result = results.find(({ EvalResourceName }) => EvalResourceName === right.resource);
    return describe(result, right, lastSegment(principal));
  });
}

/** Returns the user, or the role of a session as if it had no path, which the session's ARN lacks. */
function principalOf(arn: string): string | undefined {
  const { partition, service, account, resource = "" } = parseArn(arn) ?? {};
  if (service === "iam" && resource.startsWith("user/")) return arn;
  const [kind, name] = resource.split("/");
  return kind === "assumed-role" ? `arn:${partition}:iam::${account}:role/${name}` : undefined;
}

async function simulate(checking: Simulating, principal: string, rights: readonly Right[]) {
  const iam = await checking.clients.iam();
  const { action = "", keys = {} } = rights[0] ?? {};
  const input = {
    ActionNames: [action],
    ResourceArns: [...new Set(rights.map(({ resource }) => resource))],
    ContextEntries: Object.entries(keys).map(([ContextKeyName, value]) => ({
      ContextKeyName,
      ContextKeyValues: [value],
      ContextKeyType: "string" as const,
    })),
  };
  const ask = (PolicySourceArn: string) =>
    tryLookUp(
      checking,
      `the policies of ${PolicySourceArn}`,
      (options) => iam.send(new SimulatePrincipalPolicyCommand({ PolicySourceArn, ...input }), options),
      checking.known,
    );
  const simulation = await ask(principal);
  if (simulation.value || hasFaults(simulation.findings) || !principal.includes(":role/")) return simulation;
  const RoleName = lastSegment(principal);
  const { value } = await tryLookUp(checking, RoleName, (options) =>
    iam.send(new GetRoleCommand({ RoleName }), options),
  );
  const arn = value?.Role?.Arn ?? principal;
  return arn === principal ? simulation : ask(arn);
}

/** Returns the decision for each resource; the result around them has the strictest one. */
function ofResources(result: EvaluationResult): EvaluationResult[] {
  const { ResourceSpecificResults: each = [] } = result;
  if (each.length === 0) return [result];
  return each.map((specific) => ({ ...result, ...specific, EvalDecision: specific.EvalResourceDecision }));
}

/**
 * Returns whether a key is of another service's requests, such as `ecs:cluster` for iam:PassRole, which never has it: it
 * changes no decision.
 */
function isForeign(key: string, action: string): boolean {
  const service = /^([a-z0-9-]+):/i.exec(key)?.[1]?.toLowerCase();
  return service !== undefined && !["aws", "iam", "saml", "sts", action.split(":")[0]].includes(service);
}

function describe(
  result: EvaluationResult | undefined,
  { action, resource, keys, what }: Right,
  principal: string,
): Finding[] {
  if (result?.EvalDecision === "allowed") return [];
  if (result?.EvalDecision === undefined) return notChecked(action);
  const missing = (result.MissingContextValues ?? []).filter((key) => !isForeign(key, action));
  if (missing.length > 0) return notChecked(action, `it depends on ${missing.join(", ")}`);
  // The response does not list keys that these policies need (IAM API reference, EvaluationResult).
  if (result.OrganizationsDecisionDetail?.AllowedByOrganizations === false)
    return notChecked(action, "a service control policy of the organization may deny it");
  const condition = keys && { Condition: { StringEquals: keys } };
  const statement = { Effect: "Allow", Action: action, Resource: resource, ...condition };
  const [cause, fix] = causeOf(result, action);
  return fault(`${principal} may not ${what}: ${cause}`, `${fix}: ${JSON.stringify(statement)}`);
}

function causeOf(
  { EvalDecision, MatchedStatements, PermissionsBoundaryDecisionDetail }: EvaluationResult,
  action: string,
) {
  if (EvalDecision === "explicitDeny") {
    const policies = MatchedStatements?.map(({ SourcePolicyId }) => ` of ${SourcePolicyId}`) ?? [];
    return [
      `a Deny statement${policies} forbids it`,
      `exclude ${action === "iam:PassRole" ? "the role" : "this"} from the Deny; its policy also needs`,
    ];
  }
  if (PermissionsBoundaryDecisionDetail?.AllowedByPermissionsBoundary === false)
    return [`its permissions boundary lacks ${action}`, "add to the boundary, and to its policy if missing"];
  return [`none of its policies allows ${action}`, "add to the statements of its policy"];
}
