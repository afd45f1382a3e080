import type { Environment } from "../environment.ts";
import { compileWildcard } from "../kit/wildcard.ts";
import { type ConditionKeys, evaluateCondition } from "../services/iam/conditions.ts";
import { parsePolicyDocument } from "../services/iam/policy-document.ts";
import { compilePolicy, evaluate, type Policies, type Requester } from "./evaluate.ts";
import { globalKeys } from "./global-keys.ts";
import type {
  AccessRequest,
  Decision,
  PermissionMode,
  Permissions,
  PolicySources,
  RolePolicies,
  ServiceDecision,
} from "./permissions.ts";

interface Options extends Pick<Environment, "accountId" | "region" | "clock" | "accessKeys" | "warn"> {
  readonly mode: PermissionMode;
}

export function createPermissions(options: Options): Permissions {
  const { mode, warn } = options;
  const sources: PolicySources = { resources: new Map() };

  const decide = (role: RolePolicies, requester: Requester, request: AccessRequest): Decision => {
    const evaluation = evaluate(policiesFor(sources, role, request), request, requester);
    return evaluation.outcome === "denied"
      ? { outcome: "denied", message: deniedMessage(requester.arn, request, evaluation.because) }
      : evaluation;
  };

  return {
    mode,
    sources,
    async decideForService(roleArn, service, request, session = service.split(".")[0] ?? service) {
      if (mode === "off") return { outcome: "allowed" };
      const role = sources.role?.(roleArn.slice(roleArn.lastIndexOf("/") + 1));
      const requester = requesterOf(options, { roleArn, session, role });
      const decision =
        role?.arn === roleArn
          ? (trustOf(role, service, requester.keys) ?? decide(role, requester, request))
          : ({ outcome: "no role" } as const);
      if (mode === "enforce" || decision.outcome === "allowed") return decision;
      warn(`${request.action} by ${roleArn} for ${service}: ${describe(decision)}`);
      return { outcome: "allowed" };
    },
  };
}

function describe(decision: ServiceDecision): string {
  if (decision.outcome === "denied") return decision.message;
  return decision.outcome === "not checked" ? `not checked: ${decision.part}` : decision.outcome;
}

function policiesFor(
  { resources }: PolicySources,
  role: RolePolicies,
  { action, resource }: AccessRequest,
): Policies {
  const own = resources.get(action.split(":")[0] ?? "")?.(resource);
  return {
    identity: role.documents.flatMap(compilePolicy),
    boundary: role.boundary === undefined ? undefined : compilePolicy(role.boundary),
    resource: own === undefined ? undefined : compilePolicy(own),
  };
}

/** AWS's sentence about a denied request. Source: "Troubleshoot access denied error messages", IAM user guide. */
export function deniedMessage(caller: string, { action, resource }: AccessRequest, because: string): string {
  return `User: ${caller} is not authorized to perform: ${action} on resource: ${resource} ${because}`;
}

function requesterOf(
  { accountId, region, clock }: Options,
  { roleArn, session, role }: { roleArn: string; session: string; role: RolePolicies | undefined },
): Requester {
  const arn = `arn:aws:sts::${accountId}:assumed-role/${roleArn.slice(roleArn.lastIndexOf("/") + 1)}/${session}`;
  const keys = globalKeys({ arn, roleArn, accountId, region, tags: role?.tags, now: () => clock.now() });
  return { arn, accountId, roleArn, keys };
}

/** Returns why a service may not assume a role; undefined if it may. */
function trustOf(role: RolePolicies, service: string, keys: ConditionKeys): ServiceDecision | undefined {
  const concerned = parsePolicyDocument(role.trustPolicy, "trust").filter(
    ({ Action, NotAction, Principal }) => {
      const named = [(Principal as { Service?: string | string[] }).Service ?? []].flat();
      const covers = [Action ?? NotAction ?? []]
        .flat()
        .some((pattern) => compileWildcard(pattern, { ignoreCase: true })("sts:AssumeRole"));
      return covers === (Action !== undefined) && (Principal === "*" || named.includes(service));
    },
  );
  const verdicts = concerned.map(({ Effect, Condition }) => ({
    Effect,
    ...evaluateCondition(Condition, keys),
  }));
  const has = (effect: string, holds: boolean | undefined) =>
    verdicts.find((each) => each.Effect === effect && each.holds === holds);
  if (has("Deny", true)) return { outcome: "not trusted" };
  const unclear = has("Deny", undefined) ?? (has("Allow", true) ? undefined : has("Allow", undefined));
  if (unclear)
    return { outcome: "not checked", part: `${unclear.notChecked[0]} in the trust policy of ${role.arn}` };
  return has("Allow", true) ? undefined : { outcome: "not trusted" };
}
