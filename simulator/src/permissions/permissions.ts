import type { ConditionKeys } from "../services/iam/conditions.ts";

/** What a call does to one resource, in IAM's words. */
export interface AccessRequest {
  /** Such as `ecs:RunTask`. */
  readonly action: string;
  /** ARN, or `*` for an action without a resource. A part that is not known here is `unknownPart` (evaluate.ts). */
  readonly resource: string;
  /** Keys of this request; global keys of the principal are added. */
  readonly keys?: ConditionKeys;
}

/** `not checked`: a part has no source here; AWS may allow or deny it. The text names the part. */
export type Decision =
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
  readonly tags: ReadonlyMap<string, string>;
}

/** Where decisions read policies; each service adds its own when it is created. */
export interface PolicySources {
  /** By name. */
  role?: (name: string) => RolePolicies | undefined;
  /** The policy of a resource, by service and ARN. */
  readonly resources: Map<string, (arn: string) => string | undefined>;
}

/** Decides what callers and the roles of AWS's services may do, from the account's own policies. */
export interface Permissions {
  readonly mode: PermissionMode;
  readonly sources: PolicySources;
  /**
   * Decides about a role that a service of AWS assumes: whether it exists, trusts the service, and is allowed the
   * request.
   * @param service such as `ecs-tasks.amazonaws.com`
   * @param session name of the role's session in AWS's message
   */
  decideForService(
    roleArn: string,
    service: string,
    request: AccessRequest,
    session?: string,
  ): Promise<ServiceDecision>;
}

/** A service reports an absent role and one that it may not assume in other words than a denied action. */
export type ServiceDecision =
  | Decision
  | { readonly outcome: "no role" }
  | { readonly outcome: "not trusted" };
