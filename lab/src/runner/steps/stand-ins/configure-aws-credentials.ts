import type { AwsCredentialIdentity } from "@aws-sdk/types";
import { identityVariables } from "../../jobs/token-issuer.ts";
import type { StandIn, StandInStep } from "./stand-in.ts";

/**
 * Exports the given keys, or those of a role assumed with them or with the job's identity token, and queries their
 * identity from STS. Outputs, variables and errors are those of the real action (release 6).
 */
export const configureAwsCredentials: StandIn = {
  inputs: [
    "aws-region",
    "role-to-assume",
    "role-session-name",
    "aws-access-key-id",
    "aws-secret-access-key",
    "aws-session-token",
    "audience",
  ],
  async run(step) {
    const region = step.input("aws-region");
    if (!/^[a-z0-9-]+$/i.test(region)) throw new Error(`Region is not valid: ${region}`);
    const { STSClient, GetCallerIdentityCommand } = await import("@aws-sdk/client-sts");
    const client = (credentials?: AwsCredentialIdentity) => {
      return new STSClient({ region, endpoint: step.environment.AWS_ENDPOINT_URL, credentials });
    };
    const keys = givenKeys(step);
    const credentials = step.input("role-to-assume") ? await assumeRole(step, client, keys) : keys;
    if (!credentials) {
      const reason = "Could not load credentials from any providers";
      throw new Error(`Credentials could not be loaded, please check your action inputs: ${reason}`);
    }
    for (const value of [credentials.secretAccessKey, credentials.sessionToken ?? ""]) step.mask(value);
    const identity = await client(credentials).send(new GetCallerIdentityCommand());
    step.exportVariable("AWS_DEFAULT_REGION", region);
    step.exportVariable("AWS_REGION", region);
    step.exportVariable("AWS_ACCESS_KEY_ID", credentials.accessKeyId);
    step.exportVariable("AWS_SECRET_ACCESS_KEY", credentials.secretAccessKey);
    if (credentials.sessionToken || step.environment.AWS_SESSION_TOKEN) {
      step.exportVariable("AWS_SESSION_TOKEN", credentials.sessionToken ?? "");
    }
    step.setOutput("aws-account-id", identity.Account ?? "");
    step.log(`Authenticated as ${identity.Arn}`);
  },
};

function givenKeys(step: StandInStep): AwsCredentialIdentity | undefined {
  const accessKeyId = step.input("aws-access-key-id");
  if (!accessKeyId) return undefined;
  const secretAccessKey = step.input("aws-secret-access-key");
  if (!secretAccessKey) {
    throw new Error("'aws-secret-access-key' must be provided if 'aws-access-key-id' is provided");
  }
  return { accessKeyId, secretAccessKey, sessionToken: step.input("aws-session-token") || undefined };
}

type ClientFor = (credentials?: AwsCredentialIdentity) => import("@aws-sdk/client-sts").STSClient;

async function assumeRole(
  step: StandInStep,
  client: ClientFor,
  given: AwsCredentialIdentity | undefined,
): Promise<AwsCredentialIdentity> {
  const { AssumeRoleCommand, AssumeRoleWithWebIdentityCommand } = await import("@aws-sdk/client-sts");
  const role = {
    RoleArn: step.input("role-to-assume"),
    RoleSessionName: step.input("role-session-name") || "GitHubActions",
  };
  const audience = step.input("audience") || "sts.amazonaws.com";
  const { Credentials: assumed } = given
    ? await client(given).send(new AssumeRoleCommand(role))
    : await client({ accessKeyId: "", secretAccessKey: "" }).send(
        new AssumeRoleWithWebIdentityCommand({
          ...role,
          WebIdentityToken: await identityToken(step, audience),
        }),
      );
  if (!assumed?.AccessKeyId || !assumed.SecretAccessKey)
    throw new Error("STS gave no credentials for the role");
  return {
    accessKeyId: assumed.AccessKeyId,
    secretAccessKey: assumed.SecretAccessKey,
    sessionToken: assumed.SessionToken,
  };
}

/** Requests a token as `getIDToken` of @actions/core does. */
async function identityToken({ environment, mask }: StandInStep, audience: string): Promise<string> {
  const [url, token] = identityVariables.map((name) => environment[name]);
  if (!url || !token) {
    const reason =
      "Could not fetch an OIDC token. Did you remember to add 'id-token: write' to your job permissions?";
    throw new Error(`Credentials could not be loaded, please check your action inputs: ${reason}`);
  }
  const headers = { Authorization: `Bearer ${token}` };
  const response = await fetch(`${url}&audience=${encodeURIComponent(audience)}`, { headers });
  const { value } = (await response.json()) as { value: string };
  mask(value);
  return value;
}
