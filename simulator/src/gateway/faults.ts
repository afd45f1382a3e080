import { AwsError } from "../kit/errors.ts";
import { methodName } from "../kit/operation-names.ts";
import { deniedMessage, noIdentityPolicy } from "../permissions/denied-message.ts";
import { unknownPart } from "../permissions/permissions.ts";
import type { Service, ServiceName } from "../services/api.ts";
import { definitions } from "../services/index.ts";
import type { CommonErrors } from "./wire.ts";

/**
 * Injected faults, and their effect on a client:
 * throttle: the protocol's own throttling error · server-error: 500 · unavailable: 503 · deny: not authorized ·
 * expire: the session is over · delay: the call waits `milliseconds` of real time, then continues ·
 * cut: the connection ends before the call is performed · cut-answer: it was performed, the response is lost ·
 * service-linked-role: ECS cannot assume its role yet, as in an account where it has just created it; by default only
 * for the first call, and also for CloudFormation's ·
 * iam-delay: a role younger than ten seconds of AWS's time cannot be passed or assumed yet; with the operation
 * `sts:AssumeRole`, `sts:*` or `*`, also not by the services of AWS.
 */
export const faultKinds = [
  "throttle",
  "server-error",
  "unavailable",
  "deny",
  "expire",
  "cut",
  "cut-answer",
  "delay",
  "service-linked-role",
  "iam-delay",
] as const;

export type FaultKind = (typeof faultKinds)[number];

export interface Fault {
  readonly kind: FaultKind;
  /**
   * `ecs:DescribeServices`, every operation of a service as `ecs:*`, or every call as `*`. Git's own requests to
   * CodeCommit are `codecommit:GitPull` and `codecommit:GitPush`.
   */
  readonly operation: string;
  /** Number of calls it applies to; by default all, for service-linked-role one. */
  readonly times?: number;
  /** Number of matching calls that pass first. */
  readonly after?: number;
  /** Applies only to calls signed with this key. */
  readonly accessKeyId?: string;
  /** Set for a delay. */
  readonly milliseconds?: number;
}

export interface InjectedFault {
  /** Number of calls it was applied to. */
  readonly hits: number;
  remove(): void;
}

interface ApiCall {
  readonly service: ServiceName;
  /** As the API names it: `DescribeServices`. */
  readonly operation: string;
  readonly accessKeyId: string;
}

/** Faults of the API for external clients; except for service-linked-role, they do not apply to calls of services. */
export interface Faults {
  /** Throws an error when the fault could never apply. */
  add(fault: Fault): InjectedFault;
  clear(): void;
}

export interface FaultStrikes extends Faults {
  /** Returns the faults for this call, in the order in which they were added. */
  strike(call: ApiCall): Fault[];
  /** Returns whether a fault of that kind is waiting for calls. */
  isArmed(kind: FaultKind): boolean;
  /** Throws the service's error about a role that it cannot use yet, if such a fault strikes the call. */
  strikeYoungRole(call: ApiCall & { readonly callerArn: string }, roleArn: string): void;
  /** Returns whether such a fault keeps a service of AWS from assuming a young role. */
  strikeService(): boolean;
  /** Returns the faults for a call of a service to another. */
  strikeWithin(call: Omit<ApiCall, "accessKeyId">): Fault[];
}

type Services = { readonly [Name in ServiceName]: Service<Name> };

interface ArmedFault {
  readonly fault: Fault;
  passed: number;
  hits: number;
}

export function createFaults(services: Services): FaultStrikes {
  const armed = new Set<ArmedFault>();
  const within = (kind: FaultKind, call: Omit<ApiCall, "accessKeyId">) =>
    [...armed]
      .filter(({ fault }) => fault.kind === kind && fault.accessKeyId === undefined)
      .filter((one) => strikes(one, { ...call, accessKeyId: "" }))
      .map(({ fault }) => fault);
  return {
    add(fault) {
      refuseHarmless(services, fault);
      const one = { fault, passed: 0, hits: 0 };
      armed.add(one);
      return {
        get hits() {
          return one.hits;
        },
        remove: () => void armed.delete(one),
      };
    },
    clear: () => armed.clear(),
    strike: (call) =>
      [...armed]
        .filter((one) => one.fault.kind !== "iam-delay" && strikes(one, call))
        .map(({ fault }) => fault),
    isArmed: (kind) => [...armed].some(({ fault }) => fault.kind === kind),
    strikeYoungRole: (call, roleArn) => {
      const error = notReady[call.service]?.(roleArn, call);
      if (error && [...armed].some((one) => one.fault.kind === "iam-delay" && strikes(one, call)))
        throw error;
    },
    strikeService: () => within("iam-delay", { service: "sts", operation: "AssumeRole" }).length > 0,
    strikeWithin: (call) => within("service-linked-role", call),
  };
}

function strikes(one: ArmedFault, { service, operation, accessKeyId }: ApiCall): boolean {
  const { fault } = one;
  const matches = ["*", `${service}:*`, `${service}:${operation}`].includes(fault.operation);
  if (!matches || (fault.accessKeyId ?? accessKeyId) !== accessKeyId) return false;
  if (one.passed < (fault.after ?? 0)) {
    one.passed++;
    return false;
  }
  const times = fault.kind === "service-linked-role" ? 1 : Number.POSITIVE_INFINITY;
  if (one.hits >= (fault.times ?? times)) return false;
  one.hits++;
  return true;
}

/** Operations of ECS that need its service-linked role. */
const needingRole = ["ecs:CreateCluster", "ecs:CreateService"];

/** Permissions for pulls and pushes of Git, which are not operations of the API. */
const gitActions = ["codecommit:GitPull", "codecommit:GitPush"];

function refuseHarmless(services: Services, { kind, operation, milliseconds }: Fault): void {
  if (!faultKinds.includes(kind)) throw new Error(`fault "${kind}" is not one of ${faultKinds.join(", ")}`);
  if ((kind === "delay") !== (milliseconds !== undefined))
    throw new Error(`a fault of kind ${kind} ${kind === "delay" ? "needs" : "has no"} milliseconds`);
  if (kind === "service-linked-role" && !needingRole.includes(operation))
    throw new Error(`a fault of kind ${kind} strikes ${needingRole.join(" or ")}, not ${operation}`);
  if (operation === "*") return;
  const [service = "", name = ""] = operation.split(":");
  const operations: object | undefined = services[service as ServiceName]?.operations;
  if (!operations)
    throw new Error(
      `fault at "${operation}": the service ${service} does not exist; services: ${Object.keys(services).sort().join(", ")}`,
    );
  if (kind === "iam-delay" && !(service in notReady))
    throw new Error(`a fault of kind ${kind} strikes ${Object.keys(notReady).join(", ")}, not ${operation}`);
  if (gitActions.includes(operation)) return;
  if (name !== "*" && !(methodName(name) in operations))
    throw new Error(`fault at "${operation}": the simulator does not perform ${name || "that"}`);
}

/** Ends the connection without a response. */
export class ConnectionCut extends Error {
  constructor() {
    super("the connection was cut by a fault");
    this.name = "ConnectionCut";
  }
}

/** An error of the protocol itself, which no service's model redefines. */
export class ProtocolError extends AwsError {}

interface StruckCall extends ApiCall {
  /** Returns the caller as in STS. */
  callerArn(): Promise<string>;
}

/** Applies faults before a call is performed; rejects with the client's error, or with ConnectionCut. */
export async function strikeBefore(
  faults: readonly Fault[],
  call: StruckCall,
  errors: CommonErrors,
): Promise<void> {
  for (const { kind, milliseconds = 0 } of faults) {
    if (kind === "delay") await new Promise((resolve) => setTimeout(resolve, milliseconds));
    if (kind === "cut") throw new ConnectionCut();
    const error = await errorOf(kind, call, errors);
    if (error) throw error;
  }
}

/** The call was performed; a client without a response will repeat it. */
export function strikeAfter(faults: readonly Fault[]): void {
  if (faults.some(({ kind }) => kind === "cut-answer")) throw new ConnectionCut();
}

/** Applies faults to a call from one service to another. */
export function strikeWithin(faults: readonly Fault[]): void {
  if (faults.some(({ kind }) => kind === "service-linked-role")) throw roleMissing();
}

/** ECS's message. */
function roleMissing(): AwsError {
  return new AwsError(
    "InvalidParameterException",
    "Unable to assume the service linked role. Please verify that the ECS service linked role exists.",
  );
}

type NotReady = (
  roleArn: string,
  call: { readonly operation: string; readonly callerArn: string },
) => AwsError;

/**
 * Errors of services about a role that they cannot assume. Sources: for CodePipeline, moto's recording; for Lambda,
 * epam/aws-syndicate's changelog; for STS, "Troubleshoot IAM roles", IAM user guide. A service whose error nobody has
 * recorded accepts the role.
 */
const notReady: Partial<Record<ServiceName, NotReady>> = {
  cloudformation: (role) => new AwsError("ValidationError", `Role ${role} is invalid or cannot be assumed`),
  codepipeline: (role) =>
    new AwsError(
      "InvalidStructureException",
      `CodePipeline is not authorized to perform AssumeRole on role ${role}`,
    ),
  ecs: (role) =>
    new AwsError(
      "ClientException",
      `ECS was unable to assume the role '${role}' that was provided for this task. Please verify that the role being passed has the proper trust relationship and permissions and that your IAM user has permissions to pass this role.`,
    ),
  lambda: () =>
    new AwsError(
      "InvalidParameterValueException",
      "The role defined for the function cannot be assumed by Lambda.",
    ),
  sts: (role, { operation, callerArn }) => {
    const action = `sts:${operation}`;
    const message =
      operation === "AssumeRole"
        ? deniedMessage(callerArn, { action, resource: role }, noIdentityPolicy(action))
        : `Not authorized to perform ${action}`;
    return new AwsError("AccessDenied", message, 403);
  },
};

async function errorOf(
  kind: FaultKind,
  call: StruckCall,
  errors: CommonErrors,
): Promise<AwsError | undefined> {
  if (kind === "service-linked-role") return roleMissing();
  if (kind === "expire") return expiredToken(errors);
  if (kind === "throttle")
    return new ProtocolError(errors.throttled.code, "Rate exceeded", errors.throttled.statusCode);
  if (kind === "server-error")
    return new ProtocolError(
      errors.internal,
      "The request processing has failed because of an unknown error.",
      500,
    );
  if (kind === "unavailable")
    return new ProtocolError(
      errors.unavailable,
      "The request has failed due to a temporary failure of the server.",
      503,
    );
  if (kind !== "deny") return undefined;
  const action = `${definitions[call.service].actionPrefix ?? call.service}:${call.operation}`;
  const request = { action, resource: unknownPart };
  return denied(errors, deniedMessage(await call.callerArn(), request, noIdentityPolicy(action)));
}

export function expiredToken(errors: CommonErrors): ProtocolError {
  return new ProtocolError(errors.expiredToken, "The security token included in the request is expired", 403);
}

export function denied({ denied: { code, statusCode } }: CommonErrors, message: string): ProtocolError {
  return new ProtocolError(code, message, statusCode);
}
