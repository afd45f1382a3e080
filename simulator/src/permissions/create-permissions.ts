import { callerArn } from "../access-keys.ts";
import type { Environment } from "../environment.ts";
import type { Caller } from "../services/api.ts";
import { isTrusted, trustedService } from "../services/sts/trust.ts";
import { deniedMessage, noIdentityPolicy } from "./denied-message.ts";
import { compilePolicy, type Evaluation, evaluate, type Policies, type Requester } from "./evaluate.ts";
import { globalKeys } from "./global-keys.ts";
import { textsAt } from "./input.ts";
import { createLedger } from "./ledger.ts";
import { passedRoles } from "./passed-roles.ts";
import type {
  AccessRequest,
  PermissionMode,
  Permissions,
  PolicySources,
  RolePolicies,
  ServiceDecision,
} from "./permissions.ts";
import { requestsOf } from "./requests.ts";

interface Options
  extends AccountPolicies,
    Pick<Environment, "accountId" | "region" | "clock" | "accessKeys" | "warn" | "aws"> {
  readonly mode: PermissionMode;
}

export interface AccountPolicies {
  /** Policy of the account's own keys; by default an administrator's. What another one allows is not checked. */
  readonly userPolicy?: string;
  /** Roles whose policies nobody outside AWS has seen: nothing about them is decided. */
  readonly unseenRoles?: readonly string[];
}

/** Time after which the fault iam-delay does not apply to a role any more. */
const settledAfterMs = 10_000;

/** The user of the account's own keys is an administrator. */
const administrator = JSON.stringify({
  Version: "2012-10-17",
  Statement: { Effect: "Allow", Action: "*", Resource: "*" },
});

export function createPermissions(options: Options): Permissions {
  const { mode, accountId, region, aws, warn, userPolicy = administrator, unseenRoles = [] } = options;
  const sources: PolicySources = { resources: new Map() };
  const ledger = createLedger();
  const context = { accountId, region, aws, role: (name: string) => sources.role?.(name) };

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
      ? unseenRoles.includes(nameOf(role.arn))
      : userPolicy !== administrator && evaluation.outcome === "allowed";
    return isUnseen
      ? { outcome: "not checked", part: `the policies of ${requester.roleArn ?? requester.arn}` }
      : evaluation;
  };

  const messageAbout = (requester: Requester, role: RolePolicies | undefined, request: AccessRequest) => {
    // Source: "Grant a user permissions to pass a role", IAM user guide; the message as moto has recorded it.
    if (request.action === "iam:PassRole" && request.resource.split(":")[4] !== accountId)
      return "Cross-account pass role is not allowed.";
    const evaluation = decide(requester, role, request);
    if (evaluation.outcome === "not checked") ledger.addNotChecked(request.action, evaluation.part);
    if (evaluation.outcome !== "denied") return undefined;
    return deniedMessage(requester.arn, request, evaluation.because);
  };

  /** Returns the message about the first request that is denied. */
  const judge = (requester: Requester, requests: readonly AccessRequest[]): string | undefined => {
    const role = requester.roleArn === undefined ? undefined : sources.role?.(nameOf(requester.roleArn));
    for (const request of requests) {
      const message = messageAbout(requester, role, request);
      if (message === undefined) continue;
      ledger.addDenied({ caller: requester.arn, action: request.action, message });
      if (mode !== "report") return message;
      warn(`denied on AWS, performed here: ${message}`);
    }
    return undefined;
  };

  /** Undefined for callers whose calls are not decided. */
  const requesterFor = (arn: string, caller: Partial<Caller> = {}): Requester | undefined => {
    const key = caller.accessKeyId === undefined ? undefined : options.accessKeys.get(caller.accessKeyId);
    const requester = requesterOf(options, { ...caller, arn, tags: key?.tags }, context.role);
    const isRestricted = requester.roleArn === undefined && userPolicy !== administrator;
    return mode === "off" && !isRestricted ? undefined : requester;
  };

  return {
    mode,
    sources,
    report: ledger.report,
    async refusal(caller, call) {
      if (caller.accessKeyId === "in-process") return undefined;
      const requester = requesterFor(caller.arn ?? callerArn(options, caller.accessKeyId), caller);
      if (!requester) return undefined;
      ledger.addCall(requester.arn);
      const isFree =
        requester.roleArn === undefined &&
        userPolicy === administrator &&
        !sources.resources.has(call.service);
      // An administrator needs no decision, except about a role of another account.
      return judge(requester, await (isFree ? passedRoles(call, context) : requestsOf(call, context)));
    },
    refusalOf(arn, request) {
      const requester = requesterFor(arn);
      if (!requester) return undefined;
      ledger.addCall(requester.arn);
      return judge(requester, [request]);
    },
    async youngRole(call) {
      const requests = await requestsOf(call, context);
      const passed = requests.flatMap(({ action, resource }) =>
        action === "iam:PassRole" ? [resource] : [],
      );
      return [...textsAt(call.service === "sts" ? call.input : {}, "RoleArn"), ...passed].find((arn) => {
        const role = sources.role?.(nameOf(arn));
        return role?.arn === arn && options.clock.now().getTime() - role.createdAt.getTime() < settledAfterMs;
      });
    },
    async decideForService(roleArn, service, request, session = service.split(".")[0] ?? service) {
      if (mode === "off") return { outcome: "allowed" };
      const role = sources.role?.(nameOf(roleArn));
      const requester = sessionOf(options, { roleArn, session, role });
      const decision = forService(role, { roleArn, service }, requester, request);
      if (decision.outcome === "not checked")
        ledger.addNotChecked(request?.action ?? "sts:AssumeRole", decision.part);
      if (mode === "enforce" || decision.outcome === "allowed") return decision;
      warn(`${request?.action ?? "sts:AssumeRole"} by ${roleArn} for ${service}: ${describe(decision)}`);
      return { outcome: "allowed" };
    },
  };

  function forService(
    role: RolePolicies | undefined,
    { roleArn, service }: { roleArn: string; service: string },
    requester: Requester,
    request: AccessRequest | undefined,
  ): ServiceDecision {
    if (role?.arn !== roleArn) return { outcome: "no role" };
    const trusted = isTrusted(role.trustPolicy, trustedService(service, options));
    if (trusted === false) return { outcome: "not trusted" };
    if (trusted !== true)
      return { outcome: "not checked", part: `${trusted} in the trust policy of ${role.arn}` };
    if (!request) return { outcome: "allowed" };
    const evaluation = decide(requester, role, request);
    if (evaluation.outcome !== "denied") return evaluation;
    return { outcome: "denied", message: deniedMessage(requester.arn, request, evaluation.because) };
  }
}

function describe(decision: ServiceDecision): string {
  if (decision.outcome === "denied") return decision.message;
  return decision.outcome === "not checked" ? `not checked: ${decision.part}` : decision.outcome;
}

const nameOf = (roleArn: string) => roleArn.slice(roleArn.lastIndexOf("/") + 1);

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

/** The ARN of a role's session names the role. */
function requesterOf(
  options: Options,
  {
    arn,
    via,
    roleArn: assumed,
    tags,
  }: Pick<Caller, "via" | "roleArn"> & Pick<Session, "tags"> & { arn: string },
  find: (name: string) => RolePolicies | undefined,
): Requester {
  const { accountId, region, clock } = options;
  const [, name, session] = /:assumed-role\/([^/]+)\/(.+)$/.exec(arn) ?? [];
  if (assumed !== undefined)
    return sessionOf(options, {
      roleArn: assumed,
      session: "AWSCloudFormation",
      role: find(nameOf(assumed)),
      via,
    });
  if (name === undefined || session === undefined)
    return { arn, accountId, keys: globalKeys({ arn, accountId, region, via, now: () => clock.now() }) };
  const role = find(name);
  const roleArn = role?.arn ?? `arn:aws:iam::${accountId}:role/${name}`;
  return sessionOf(options, { roleArn, session, role, via, tags });
}

interface Session {
  readonly roleArn: string;
  readonly session: string;
  readonly role: RolePolicies | undefined;
  readonly via?: string | undefined;
  /** Tags of the session, which override those of the role. */
  readonly tags?: ReadonlyMap<string, string> | undefined;
}

function sessionOf(
  { accountId, region, clock }: Options,
  { roleArn, session, role, via, tags }: Session,
): Requester {
  const arn = `arn:aws:sts::${accountId}:assumed-role/${nameOf(roleArn)}/${session}`;
  const all = new Map([...(role?.tags ?? []), ...(tags ?? [])]);
  return {
    arn,
    accountId,
    roleArn,
    keys: globalKeys({ arn, roleArn, accountId, region, via, tags: all, now: () => clock.now() }),
  };
}
