import type { AwsCredentialIdentity } from "@aws-sdk/types";
import type { StandIn, StandInStep } from "./stand-in.ts";

/** Inputs that log-in-to-aws passes on, mostly empty. */
const notPerformed = [
  "web-identity-token-file",
  "role-chaining",
  "http-proxy",
  "no-proxy",
  "mask-aws-account-id",
  "role-duration-seconds",
  "role-external-id",
  "role-skip-session-tagging",
  "transitive-tag-keys",
  "inline-session-policy",
  "managed-session-policies",
  "output-credentials",
  "output-env-credentials",
  "unset-current-credentials",
  "disable-retry",
  "retry-max-attempts",
  "special-characters-workaround",
  "use-existing-credentials",
  "allowed-account-ids",
  "force-skip-oidc",
  "action-timeout-s",
  "custom-tags",
  "sts-endpoint",
  "aws-profile",
  "overwrite-aws-profile",
];

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
    ...notPerformed,
  ],
  async run(step) {
    const given = notPerformed.filter((name) => step.input(name) !== "");
    if (given.length > 0) throw new Error(`The rehearsal does not perform the inputs ${given.join(", ")}`);
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
  if (!given && step.permissions["id-token"] !== "write") {
    const reason =
      "Could not fetch an OIDC token. Did you remember to add 'id-token: write' to your job permissions?";
    throw new Error(`Credentials could not be loaded, please check your action inputs: ${reason}`);
  }
  const audience = step.input("audience") || "sts.amazonaws.com";
  const { Credentials: assumed } = given
    ? await client(given).send(new AssumeRoleCommand(role))
    : await client({ accessKeyId: "", secretAccessKey: "" }).send(
        new AssumeRoleWithWebIdentityCommand({
          ...role,
          WebIdentityToken: unsignedIdentityToken(step, audience),
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

// Same lifetime as GitHub's own tokens: https://docs.github.com/actions/reference/security/oidc
const lifetimeSeconds = 300;

/**
 * The claims of GitHub's identity token. Unsigned, since GitHub's key is not available: only a simulated STS accepts
 * it.
 */
function unsignedIdentityToken(step: StandInStep, audience: string): string {
  const repository = step.environment.GITHUB_REPOSITORY ?? "";
  const issuedAt = Math.floor(Date.now() / 1000);
  const claims = {
    iss: "https://token.actions.githubusercontent.com",
    aud: audience,
    sub: `repo:${repository}:ref:${step.ref}`,
    repository,
    ref: step.ref,
    sha: step.sha,
    iat: issuedAt,
    exp: issuedAt + lifetimeSeconds,
  };
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  return `${part({ alg: "none", typ: "JWT" })}.${part(claims)}.`;
}
