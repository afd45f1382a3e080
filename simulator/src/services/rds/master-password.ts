import { randomBytes, randomUUID } from "node:crypto";
import type { ModifyDBInstanceMessage } from "@aws-sdk/client-rds";
import { resetPassword } from "./instance-server.ts";
import { checkPassword } from "./instance-settings.ts";
import { arnOf, type Instance, invalidCombination, type RdsState } from "./state.ts";

/** Letters, digits and `-_`, which checkPassword always allows. */
export const randomPassword = () => randomBytes(24).toString("base64url");

/** The secret belongs to RDS, with its names and tags. */
export async function keepPassword(state: RdsState, instance: Instance): Promise<void> {
  const { ARN } = await state.environment.aws.secretsmanager.createSecret({
    Name: `rds!db-${randomUUID()}`,
    Description: `The secret associated with the primary RDS DB instance: ${arnOf(state, "db", instance.identifier)}`,
    SecretString: JSON.stringify({
      username: instance.settings.masterUsername,
      password: instance.masterPassword,
    }),
    Tags: [
      { Key: "aws:rds:primaryDBInstanceArn", Value: arnOf(state, "db", instance.identifier) },
      { Key: "aws:secretsmanager:owningService", Value: "rds" },
    ],
  });
  instance.secretArn = ARN;
}

/** Deletes the secret that RDS manages, if there is one. */
export async function dropPassword({ environment }: RdsState, instance: Instance): Promise<void> {
  if (instance.secretArn === undefined) return;
  await environment.aws.secretsmanager.deleteSecret({
    SecretId: instance.secretArn,
    ForceDeleteWithoutRecovery: true,
  });
  instance.secretArn = undefined;
}

/** Returns who keeps the master password after a change, and its value; undefined when it does not change. */
export function readPasswordChange(
  instance: Instance,
  { MasterUserPassword: given, ManageMasterUserPassword: manage }: ModifyDBInstanceMessage,
): { readonly password: string; readonly managed: boolean } | undefined {
  const isManaged = instance.secretArn !== undefined;
  const managed = manage ?? isManaged;
  if (managed && given !== undefined)
    throw invalidCombination("MasterUserPassword cannot be given while ManageMasterUserPassword is true.");
  if (managed) return isManaged ? undefined : { password: randomPassword(), managed };
  if (isManaged && given === undefined)
    throw invalidCombination(
      "MasterUserPassword must be given when ManageMasterUserPassword is changed to false.",
    );
  if (given === undefined || (given === instance.masterPassword && !isManaged)) return undefined;
  return { password: checkPassword(given), managed };
}

/** A stopped instance uses the new password at its next start. */
export async function changePassword(
  state: RdsState,
  instance: Instance,
  { password, managed }: { readonly password: string; readonly managed: boolean },
): Promise<void> {
  await dropPassword(state, instance);
  instance.masterPassword = password;
  if (managed) await keepPassword(state, instance);
  if (instance.status === "available") resetPassword(state, instance);
}
