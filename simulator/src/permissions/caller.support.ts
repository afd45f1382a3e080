import { STS } from "@aws-sdk/client-sts";
import type { TestSimulator } from "../test-simulator.support.ts";

export const account = "123456789012";
export const arn = (service: string, rest: string) => `arn:aws:${service}:us-east-1:${account}:${rest}`;
export const roleArn = (name: string) => `arn:aws:iam::${account}:role/${name}`;
export const document = (Statement: object | object[]) =>
  JSON.stringify({ Version: "2012-10-17", Statement });
export const allow = (Action: string | string[], Resource: string | string[] = "*", more: object = {}) => ({
  Effect: "Allow",
  Action,
  Resource,
  ...more,
});

/** A trust policy that leaves the decision to the policies of the account. */
export const trust = document({
  Effect: "Allow",
  Principal: { AWS: `arn:aws:iam::${account}:root` },
  Action: "sts:AssumeRole",
});

/** Returns the configuration of clients with the session of a new role with these statements. */
export async function callerWith(
  { aws: { iam }, clientConfig }: TestSimulator,
  statements: object[],
  RoleName: string,
  more: { readonly Path?: string; readonly PermissionsBoundary?: string } = {},
) {
  const { Role } = await iam.createRole({ RoleName, AssumeRolePolicyDocument: trust, ...more });
  if (statements.length > 0)
    await iam.putRolePolicy({ RoleName, PolicyName: "p", PolicyDocument: document(statements) });
  const config = { ...clientConfig, maxAttempts: 1, forcePathStyle: true };
  const session = { RoleArn: Role?.Arn, RoleSessionName: "session" };
  const { Credentials } = await new STS(config).assumeRole(session);
  const { AccessKeyId = "", SecretAccessKey = "", SessionToken = "" } = Credentials ?? {};
  const credentials = { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey };
  return { ...config, credentials: { ...credentials, sessionToken: SessionToken } };
}
