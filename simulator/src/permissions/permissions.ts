import type { Caller } from "../services/api.ts";
import type { ConditionKeys } from "../services/iam/conditions.ts";

/** One call of the API. */
export interface ApiCall {
  /** IAM's name of the service, such as `elasticloadbalancing`. */
  readonly service: string;
  readonly operation: string;
  readonly input: object;
}

/** One action on one resource, in IAM's words. */
export interface AccessRequest {
  /** Such as `ecs:RunTask`. */
  readonly action: string;
  /** ARN, or `*` for an action without a resource. A part that is not known here is `unknownPart`. */
  readonly resource: string;
  /** Keys of this request; global keys of the principal are added. */
  readonly keys?: ConditionKeys;
}

/** Stands in a resource's ARN for a part that is not known here. */
export const unknownPart = "\ufffd\ufffd";

/** `not checked`: a part has no source here; AWS may allow or deny it. The text names the part. */
type Decision =
  | { readonly outcome: "allowed" }
  | { readonly outcome: "denied"; readonly message: string }
  | { readonly outcome: "not checked"; readonly part: string };

export const permissionModes = ["enforce", "report", "off"] as const;
export type PermissionMode = (typeof permissionModes)[number];

/** A role as far as decisions need it. */
export interface RolePolicies {
  readonly arn: string;
  readonly createdAt: Date;
  readonly trustPolicy: string;
  /** Documents of its inline and managed policies. */
  readonly documents: readonly string[];
  readonly boundary: string | undefined;
  readonly boundaryArn?: string | undefined;
  readonly tags: ReadonlyMap<string, string>;
}

/** Where decisions read policies; each service adds its own when it is created. */
export interface PolicySources {
  /** Policy of the account's own keys. */
  readonly userPolicy: string;
  /** By name. */
  role?: (name: string) => RolePolicies | undefined;
  /** The policy of a resource, by service and ARN. */
  readonly resources: Map<string, (arn: string) => string | undefined>;
}

/** Decides what callers and the roles of AWS's services may do, from the account's own policies. */
export interface Permissions {
  readonly mode: PermissionMode;
  readonly sources: PolicySources;
  /** Returns AWS's message about a call that its caller may not make; undefined if it is performed. */
  refusal(caller: Caller, call: ApiCall): Promise<string | undefined>;
  /** The same for one action of the caller with that ARN, such as a request to the registry. */
  refusalOf(callerArn: string, request: AccessRequest): string | undefined;
  /**
   * Decides about a role's calls in every mode, and passes on what each call needs; in the modes that decide about
   * services, also what these need in the role.
   */
  observe(roleName: string, observer: CallObserver): void;
  /** Returns the ARN of a role younger than ten seconds of AWS's time that the call passes or assumes. */
  youngRole(call: ApiCall): Promise<string | undefined>;
  /** Whether the fault iam-delay keeps a service of AWS from assuming the role, in every mode. */
  isDelayed(roleArn: string): boolean;
  /** Calls since the start. */
  report(): PermissionReport;
  /**
   * Decides about a role that a service of AWS assumes: whether it exists, trusts the service, and is allowed the
   * request. Without a request, only the first two.
   * @param service such as `ecs-tasks.amazonaws.com`
   * @param session name of the role's session in AWS's message
   */
  decideForService(
    roleArn: string,
    service: string,
    request: AccessRequest | undefined,
    session?: string,
  ): Promise<ServiceDecision>;
}

export interface Requester {
  /** ARN of a user, or of a role's session. */
  readonly arn: string;
  readonly accountId: string;
  /** The session's role. */
  readonly roleArn?: string | undefined;
  readonly keys: ConditionKeys;
}

export type CallObserver = (requester: Requester, requests: readonly AccessRequest[]) => void;

export interface PermissionReport {
  /** Number of calls by ARN of the caller. */
  readonly calls: ReadonlyMap<string, number>;
  /** Calls that a policy denies, in their order; with `report` they were performed. */
  readonly denied: readonly { readonly caller: string; readonly action: string; readonly message: string }[];
  /** Number of calls by `action: part` that was not checked. */
  readonly notChecked: ReadonlyMap<string, number>;
}

/** A service reports an absent role and one that it may not assume in other words than a denied action. */
export type ServiceDecision =
  | Decision
  | { readonly outcome: "no role" }
  | { readonly outcome: "not trusted" };
