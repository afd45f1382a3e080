import type { Role } from "@aws-sdk/client-iam";
import { AwsError } from "../../kit/errors.ts";
import { compileWildcard } from "../../kit/wildcard.ts";
import type { Aws } from "../api.ts";
import { parsePolicyDocument, type Statement } from "../iam/policy-document.ts";

type AssumeAction = "sts:AssumeRole" | "sts:AssumeRoleWithWebIdentity";

/**
 * Returns an existing role whose trust policy allows this action to a principal of that type. Conditions are not
 * evaluated: the simulator has no identity provider to take claims from.
 */
export async function findTrustingRole(
  { iam }: Aws,
  roleArn: string,
  action: AssumeAction,
  isTrusted: (type: string, principal: string) => boolean,
): Promise<Role> {
  const name = /^arn:aws:iam::\d{12}:role\/(?:.*\/)?([^/]+)$/.exec(roleArn)?.[1];
  if (name === undefined) throw new AwsError("ValidationError", `${roleArn} is invalid`);
  const denied = new AwsError(
    "AccessDenied",
    `Not authorized to perform ${action} on resource: ${roleArn}`,
    403,
  );
  const { Role } = await iam.getRole({ RoleName: name }).catch(() => ({ Role: undefined }));
  if (!Role || Role.Arn !== roleArn) throw denied;
  const statements = parsePolicyDocument(decodeURIComponent(Role.AssumeRolePolicyDocument ?? ""), "trust");
  const concerned = statements.filter(
    (statement) => covers(statement, action) && names(statement, isTrusted),
  );
  if (concerned.length === 0 || concerned.some(({ Effect }) => Effect === "Deny")) throw denied;
  return Role;
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
