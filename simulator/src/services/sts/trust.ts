import type { Role } from "@aws-sdk/client-iam";
import { AwsError } from "../../kit/errors.ts";
import { compileWildcard } from "../../kit/wildcard.ts";
import type { Aws } from "../api.ts";
import { type ConditionKeys, evaluateCondition } from "../iam/conditions.ts";
import { parsePolicyDocument, type Statement } from "../iam/policy-document.ts";

type AssumeAction = "sts:AssumeRole" | "sts:AssumeRoleWithWebIdentity";

interface Conditions {
  readonly keys: ConditionKeys;
  readonly warn: (message: string) => void;
}

/**
 * Returns an existing role whose trust policy allows this action to a principal of that type.
 * @param conditions evaluates the statements' conditions; without it they are not evaluated. A statement whose condition
 * cannot be evaluated allows nothing, and denies.
 */
export async function findTrustingRole(
  { iam }: Aws,
  roleArn: string,
  action: AssumeAction,
  isTrusted: (type: string, principal: string) => boolean,
  conditions?: Conditions,
): Promise<Role> {
  const name = /^arn:aws:iam::\d{12}:role\/(?:.*\/)?([^/]+)$/.exec(roleArn)?.[1];
  if (name === undefined) throw new AwsError("ValidationError", `${roleArn} is invalid`);
  const resource = action === "sts:AssumeRole" ? ` on resource: ${roleArn}` : "";
  const denied = new AwsError("AccessDenied", `Not authorized to perform ${action}${resource}`, 403);
  const { Role } = await iam.getRole({ RoleName: name }).catch(() => ({ Role: undefined }));
  if (!Role || Role.Arn !== roleArn) throw denied;
  const statements = parsePolicyDocument(decodeURIComponent(Role.AssumeRolePolicyDocument ?? ""), "trust");
  const concerned = statements.filter(
    (statement) =>
      covers(statement, action) && names(statement, isTrusted) && applies(statement, roleArn, conditions),
  );
  if (concerned.length === 0 || concerned.some(({ Effect }) => Effect === "Deny")) throw denied;
  return Role;
}

function applies({ Effect, Condition }: Statement, roleArn: string, conditions?: Conditions): boolean {
  if (!conditions) return true;
  const { holds, notChecked } = evaluateCondition(Condition, conditions.keys);
  for (const part of notChecked)
    conditions.warn(
      `not checked: ${part}, in the trust policy of ${roleArn}. AWS may have no such key. The statement ${Effect === "Deny" ? "denies every caller" : "allows nothing"}. Fix: use keys of "Available keys for AWS OIDC federation", IAM user guide.`,
    );
  return holds ?? Effect === "Deny";
}

function covers({ Action, NotAction }: Statement, action: AssumeAction): boolean {
  const matches = (pattern: string) => compileWildcard(pattern, { ignoreCase: true })(action);
  return Action === undefined ? ![NotAction ?? []].flat().some(matches) : [Action].flat().some(matches);
}

function names({ Principal }: Statement, isTrusted: (type: string, principal: string) => boolean): boolean {
  if (Principal === "*") return true;
  return Object.entries(Principal as Record<string, string | string[]>).some(([type, values]) =>
    [values].flat().some((value) => isTrusted(type, value)),
  );
}
