import type { Role } from "@aws-sdk/client-iam";
import type { AssumeRoleRequest } from "@aws-sdk/client-sts";
import type { Environment } from "../../environment.ts";
import { AwsError } from "../../kit/errors.ts";
import { compileWildcard } from "../../kit/wildcard.ts";
import { globalKeys } from "../../permissions/global-keys.ts";
import type { Aws } from "../api.ts";
import { type ConditionKeys, evaluateCondition } from "../iam/conditions.ts";
import { parsePolicyDocument, type Statement } from "../iam/policy-document.ts";

type AssumeAction = "sts:AssumeRole" | "sts:AssumeRoleWithWebIdentity";

/** A caller as trust policies see it. */
export interface Trusted {
  readonly action: AssumeAction;
  /** Whether a principal of a statement is the caller. */
  readonly isNamed: (type: string, principal: string) => boolean;
  readonly keys: ConditionKeys;
}

/**
 * Returns whether a trust policy allows the caller to assume the role. A text names the part of a condition that decides
 * and is not known here.
 */
export function isTrusted(trustPolicy: string, { action, isNamed, keys }: Trusted): boolean | string {
  const verdicts = parsePolicyDocument(trustPolicy, "trust")
    .filter((statement) => covers(statement, action) && names(statement, isNamed))
    .map(({ Effect, Condition }) => ({ Effect, ...evaluateCondition(Condition, keys) }));
  const find = (effect: Statement["Effect"], holds: boolean | undefined) =>
    verdicts.find((each) => each.Effect === effect && each.holds === holds);
  const allowing = find("Allow", true) ?? find("Allow", undefined);
  if (find("Deny", true) || !allowing) return false;
  const unclear = find("Deny", undefined) ?? allowing;
  return unclear.holds ?? unclear.notChecked[0] ?? "a condition";
}

function covers({ Action, NotAction }: Statement, action: AssumeAction): boolean {
  const matches = (pattern: string) => compileWildcard(pattern, { ignoreCase: true })(action);
  return Action === undefined ? ![NotAction ?? []].flat().some(matches) : [Action].flat().some(matches);
}

function names({ Principal }: Statement, isNamed: Trusted["isNamed"]): boolean {
  if (Principal === "*") return true;
  return Object.entries(Principal as Record<string, string | string[]>).some(([type, values]) =>
    [values].flat().some((value) => isNamed(type, value)),
  );
}

/** Returns a service of AWS as trust policies see it; they may also name its regional endpoint. */
export function trustedService(
  service: string,
  { accountId, region }: Pick<Environment, "accountId" | "region">,
): Trusted {
  const names = [service, service.replace(".", `.${region}.`)];
  return {
    action: "sts:AssumeRole",
    isNamed: (type, principal) => type === "Service" && names.includes(principal),
    // Services add the resource for which they act, too; its ARN is not known here.
    keys: (key) => (key.toLowerCase() === "aws:sourceaccount" ? [accountId] : undefined),
  };
}

/** Returns the role with this ARN. Throws ValidationError for other texts. */
export async function findRole({ iam }: Aws, roleArn: string): Promise<Role | undefined> {
  const name = /^arn:aws:iam::\d{12}:role\/(?:.*\/)?([^/]+)$/.exec(roleArn)?.[1];
  if (name === undefined) throw new AwsError("ValidationError", `${roleArn} is invalid`);
  const { Role } = await iam.getRole({ RoleName: name }).catch(() => ({ Role: undefined }));
  return Role?.Arn === roleArn ? Role : undefined;
}

/** Returns whether a service may assume the role; a condition that is not known here counts as fulfilled. */
export async function trustsService(
  environment: Pick<Environment, "aws" | "accountId" | "region" | "permissions">,
  roleArn: string,
  service: string,
): Promise<boolean> {
  if (environment.permissions.isDelayed(roleArn)) return false;
  const role = await findRole(environment.aws, roleArn).catch(() => undefined);
  return role !== undefined && isTrusted(trustPolicyOf(role), trustedService(service, environment)) !== false;
}

export function trustPolicyOf({ AssumeRolePolicyDocument = "" }: Role): string {
  return decodeURIComponent(AssumeRolePolicyDocument);
}

/**
 * Returns the role if its trust policy allows the caller to assume it. The caller's own policies have to allow it, too,
 * unless the trust policy names the caller or its role, not only the account; they may deny it in any case. Source:
 * "Policy evaluation for requests within a single account", IAM user guide.
 */
export async function findAssumable(
  { accountId, aws, clock, region, warn, permissions }: Environment,
  arn: string,
  { RoleArn = "", RoleSessionName = "", ExternalId }: Partial<AssumeRoleRequest>,
): Promise<Role> {
  const denied = (message: string) => new AwsError("AccessDenied", message, 403);
  const role = await findRole(aws, RoleArn);
  const roleName = /:assumed-role\/([^/]+)\//.exec(arn)?.[1];
  const roleArn = roleName && (await aws.iam.getRole({ RoleName: roleName })).Role?.Arn;
  const principals = ["*", arn, roleArn, accountId, `arn:aws:iam::${accountId}:root`];
  const global = globalKeys({ arn, roleArn, accountId, region, now: () => clock.now() });
  const own: Readonly<Record<string, readonly string[]>> = {
    "sts:externalid": [ExternalId ?? []].flat(),
    "sts:rolesessionname": [RoleSessionName],
  };
  const keys: ConditionKeys = (key) => own[key.toLowerCase()] ?? global(key);
  const isNamed: Trusted["isNamed"] = (type, principal) => type === "AWS" && principals.includes(principal);
  const action = "sts:AssumeRole";
  const trusted = role && isTrusted(trustPolicyOf(role), { action, isNamed, keys });
  if (!trusted) throw denied(`User: ${arn} is not authorized to perform: ${action} on resource: ${RoleArn}`);
  if (trusted !== true) warn(`not checked: ${trusted}, in the trust policy of ${RoleArn}`);
  const refusal = permissions.refusalOf(arn, { action, resource: RoleArn, keys });
  if (refusal !== undefined) throw denied(refusal);
  return role;
}
