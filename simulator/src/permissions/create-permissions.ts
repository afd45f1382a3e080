import { callerArn } from "../access-keys.ts";
import { lastPart } from "../kit/last-part.ts";
import type { Caller } from "../services/api.ts";
import { isTrusted, trustedService } from "../services/sts/trust.ts";
import { administrator, createDecider, type DecisionOptions } from "./decide.ts";
import { deniedMessage } from "./denied-message.ts";
import { type Context, textsAt } from "./input.ts";
import { createLedger } from "./ledger.ts";
import { passedRoles } from "./passed-roles.ts";
import type {
  AccessRequest,
  ApiCall,
  CallObserver,
  Permissions,
  PolicySources,
  Requester,
  RolePolicies,
  ServiceDecision,
} from "./permissions.ts";
import { requesterOf, sessionOf } from "./requester.ts";
import { requestsOf } from "./requests.ts";

/** Time after which the fault iam-delay does not apply to a role any more. */
const settledAfterMs = 10_000;

/** Returns the roles that a call assumes or passes. */
async function rolesOf(call: ApiCall, context: Context): Promise<string[]> {
  const requests = await requestsOf(call, context);
  const passed = requests.flatMap(({ action, resource }) => (action === "iam:PassRole" ? [resource] : []));
  return [...textsAt(call.service === "sts" ? call.input : {}, "RoleArn"), ...passed];
}

export function createPermissions(options: DecisionOptions): Permissions {
  const { mode, accountId, region, aws, warn, userPolicy = administrator } = options;
  const sources: PolicySources = { resources: new Map(), userPolicy };
  const ledger = createLedger();
  const context = { accountId, region, aws, role: (name: string) => sources.role?.(name) };
  const isYoung = (arn: string) => {
    const role = context.role(lastPart(arn));
    const now = options.clock.now().getTime();
    return role?.arn === arn && now - role.createdAt.getTime() < settledAfterMs;
  };
  const isDelayed = (roleArn: string) => isYoung(roleArn) && (options.delaysRoles?.() ?? false);

  const observers = new Map<string, CallObserver>();
  const { decide, judge: judgeUnseen } = createDecider(options, sources, ledger);

  const judge = (requester: Requester, requests: readonly AccessRequest[]): string | undefined => {
    observers.get(lastPart(requester.roleArn ?? ""))?.(requester, requests);
    return judgeUnseen(requester, requests);
  };

  /** Undefined for callers whose calls are not decided. */
  const requesterFor = (arn: string, caller: Partial<Caller> = {}): Requester | undefined => {
    const key = caller.accessKeyId === undefined ? undefined : options.accessKeys.get(caller.accessKeyId);
    const requester = requesterOf(options, { ...caller, arn, tags: key?.tags }, context.role);
    const isRestricted = requester.roleArn === undefined && userPolicy !== administrator;
    const isDecided = isRestricted || observers.has(lastPart(requester.roleArn ?? ""));
    return mode === "off" && !isDecided ? undefined : requester;
  };

  return {
    mode,
    sources,
    report: ledger.report,
    observe: (roleName, observer) => void observers.set(roleName, observer),
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
    youngRole: async (call) => (await rolesOf(call, context)).find(isYoung),
    isDelayed,
    async decideForService(roleArn, service, request, session = service.split(".")[0] ?? service) {
      if (isDelayed(roleArn)) return { outcome: "not trusted" };
      if (mode === "off") return { outcome: "allowed" };
      const role = sources.role?.(lastPart(roleArn));
      const requester = sessionOf(options, { roleArn, session, role });
      if (request) observers.get(lastPart(roleArn))?.(requester, [request]);
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
