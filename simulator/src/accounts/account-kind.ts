import type { Environment } from "../environment.ts";
import type { AccountPolicies } from "../permissions/decide.ts";
import { labRoleNames, prepareAcademy } from "./prepare-academy.ts";

/** A new account with only a default VPC and all permissions; or the restricted one of AWS Academy's lab. */
export const accountKinds = ["standard", "academy"] as const;

export type AccountKind = (typeof accountKinds)[number];

/** Fills an account of that kind with its initial resources. */
export async function openAccount(kind: AccountKind, environment: Environment): Promise<void> {
  if (kind === "academy") await prepareAcademy(environment);
  else await environment.aws.ec2.createDefaultVpc({});
}

/** Nobody outside has seen the policies of the lab; it is known to deny its user these actions. */
const deniedInLab = ["iam:CreateRole", "iam:CreateOpenIDConnectProvider", "s3:PutBucketVersioning"];

/** Returns the policies that the account has from its start. */
export function policiesOfAccount(kind: AccountKind): AccountPolicies {
  if (kind === "standard") return {};
  const Statement = { Effect: "Allow", NotAction: deniedInLab, Resource: "*" };
  return {
    userPolicy: JSON.stringify({ Version: "2012-10-17", Statement }),
    unseenRoles: labRoleNames,
  };
}
