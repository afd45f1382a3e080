import { randomBytes, randomUUID } from "node:crypto";
import type { ModifyDBInstanceMessage } from "@aws-sdk/client-rds";
import { resetPassword } from "./instance-server.ts";
import { checkPassword } from "./instance-settings.ts";
import { arnOf, type Instance, invalidCombination, type RdsState } from "./state.ts";

/** Letters, digits and `-_`, well within what checkPassword allows. */
export const randomPassword = () => randomBytes(24).toString("base64url");

/** The secret is RDS's own, named and tagged as RDS does. */
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

/** Takes the secret away that RDS manages, if it does. */
export async function dropPassword({ environment }: RdsState, instance: Instance): Promise<void> {
  if (instance.secretArn === undefined) return;
  await environment.aws.secretsmanager.deleteSecret({
    SecretId: instance.secretArn,
    ForceDeleteWithoutRecovery: true,
  });
  instance.secretArn = undefined;
}

/** Who keeps the master password after a change, and what it is then; undefined when nothing of it changes. */
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

/** A stopped instance has the new password at its next start. */
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
