import type { Environment } from "../environment.ts";
import { type DeniedOperations, denyOperations } from "./deny-operations.ts";
import { prepareAcademy } from "./prepare-academy.ts";

/** A new account with only a default VPC and all permissions; or the restricted one of AWS Academy's lab. */
export const accountKinds = ["standard", "academy"] as const;

export type AccountKind = (typeof accountKinds)[number];

/** Fills an account of that kind with its initial resources, then removes denied permissions. */
export async function openAccount(
  kind: AccountKind,
  environment: Environment,
  services: DeniedOperations,
): Promise<void> {
  if (kind === "standard") {
    await environment.aws.ec2.createDefaultVpc({});
    return;
  }
  await prepareAcademy(environment);
  denyOperations(services, environment, [
    ["iam", "CreateRole"],
    ["iam", "CreateOpenIDConnectProvider"],
    ["s3", "PutBucketVersioning"],
  ]);
}
