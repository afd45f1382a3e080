import type { AwsCredentialIdentity } from "@aws-sdk/types";
import { identityVariables } from "../../jobs/token-issuer.ts";
import type { StandIn, StandInStep } from "./stand-in.ts";

type Credentials = AwsCredentialIdentity;
type Sts = (credentials: Credentials) => import("@aws-sdk/client-sts").STSClient;

/**
 * Exports the given keys, or those of a role assumed with them, with earlier ones or with the job's identity token, and
 * queries their identity from STS. Outputs, variables and errors are those of the real action (release 6).
 */
export const configureAwsCredentials: StandIn = {
  // A call of the simulated STS does not fail for a moment, and needs no way out.
  inputs: `
    aws-region role-to-assume role-session-name role-duration-seconds role-external-id role-chaining
    role-skip-session-tagging aws-access-key-id aws-secret-access-key aws-session-token audience
    mask-aws-account-id output-credentials output-env-credentials unset-current-credentials
    use-existing-credentials allowed-account-ids force-skip-oidc disable-retry retry-max-attempts
    special-characters-workaround action-timeout-s http-proxy no-proxy`,
  leftOut: `
    aws-profile overwrite-aws-profile web-identity-token-file sts-endpoint custom-tags
    transitive-tag-keys inline-session-policy managed-session-policies`,
  async run(step) {
    const region = step.input("aws-region") || step.environment.AWS_REGION || "";
    if (!region) throw new Error("Input required and not supplied: aws-region");
    if (!/^[a-z0-9-]+$/i.test(region)) throw new Error(`Region is not valid: ${region}`);
    const { STSClient, GetCallerIdentityCommand } = await import("@aws-sdk/client-sts");
    const endpoint = step.environment.AWS_ENDPOINT_URL;
    const sts: Sts = (credentials) => new STSClient({ region, credentials, endpoint });
    const identify = (credentials: Credentials) => sts(credentials).send(new GetCallerIdentityCommand());
    const isExported = step.input("output-env-credentials") === "" || step.flag("output-env-credentials");
    const variables: Record<string, string> = { AWS_DEFAULT_REGION: region, AWS_REGION: region };
    const current = step.flag("unset-current-credentials") ? undefined : currentKeys(step.environment);
    if (step.flag("use-existing-credentials") && current && (await identify(current).catch(() => undefined)))
      return step.log("Pre-existing credentials are valid. No need to generate new ones.");
    const role = step.input("role-to-assume");
    const given = givenKeys(step);
    const isChained = step.flag("role-chaining") || step.flag("force-skip-oidc");
    const hasToken = Boolean(step.environment[identityVariables[0]]);
    const usesToken = role && !given && !isChained && (hasToken || !current);
    const source = given ?? (usesToken ? undefined : current);
    if (!source && !usesToken) throw notLoaded("Could not load credentials from any providers");
    const sourceIdentity = source && (await identify(source));
    const credentials = role
      ? await assumeRole(step, sts, { source, account: sourceIdentity?.Account })
      : (source as Credentials);
    const { accessKeyId, secretAccessKey, sessionToken = "", expiration } = credentials;
    for (const value of [secretAccessKey, sessionToken]) if (value) step.mask(value);
    const identity = role || !sourceIdentity ? await identify(credentials) : sourceIdentity;
    requireAccount(step, identity.Account);
    const keys = { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey };
    Object.assign(
      variables,
      keys,
      (sessionToken || step.environment.AWS_SESSION_TOKEN) && { AWS_SESSION_TOKEN: sessionToken },
    );
    if (isExported) for (const [name, value] of Object.entries(variables)) step.exportVariable(name, value);
    if (step.flag("mask-aws-account-id"))
      for (const value of [identity.Account, identity.Arn]) step.mask(value ?? "");
    step.setOutput("aws-account-id", identity.Account ?? "");
    step.setOutput("authenticated-arn", identity.Arn ?? "");
    if (step.flag("output-credentials")) {
      step.setOutput("aws-access-key-id", accessKeyId);
      step.setOutput("aws-secret-access-key", secretAccessKey);
      step.setOutput("aws-session-token", sessionToken);
      step.setOutput("aws-expiration", expiration?.toISOString() ?? "");
    }
    step.log(`Authenticated as ${identity.Arn}`);
  },
};

function notLoaded(reason: string): Error {
  return new Error(`Credentials could not be loaded, please check your action inputs: ${reason}`);
}

function requireAccount(step: StandInStep, account = "unknown"): void {
  const allowed = step
    .input("allowed-account-ids")
    .split(",")
    .map((each) => each.trim());
  if (allowed[0] && !allowed.includes(account))
    throw new Error(
      `The account ID of the provided credentials (${account}) does not match any of the expected account IDs: ${allowed.join(", ")}`,
    );
}

/** Keys that earlier steps exported. */
export function currentKeys(environment: Readonly<Record<string, string>>): Credentials | undefined {
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = environment;
  const sessionToken = environment.AWS_SESSION_TOKEN || undefined;
  return accessKeyId && secretAccessKey ? { accessKeyId, secretAccessKey, sessionToken } : undefined;
}

function givenKeys(step: StandInStep): Credentials | undefined {
  const accessKeyId = step.input("aws-access-key-id");
  if (!accessKeyId) return undefined;
  const secretAccessKey = step.input("aws-secret-access-key");
  if (!secretAccessKey) {
    throw new Error("'aws-secret-access-key' must be provided if 'aws-access-key-id' is provided");
  }
  return { accessKeyId, secretAccessKey, sessionToken: step.input("aws-session-token") || undefined };
}

/** @param keys with which to assume it, instead of the job's identity token */
async function assumeRole(
  step: StandInStep,
  sts: Sts,
  { source, account }: { source: Credentials | undefined; account: string | undefined },
): Promise<Credentials> {
  const { AssumeRoleCommand, AssumeRoleWithWebIdentityCommand } = await import("@aws-sdk/client-sts");
  const name = step.input("role-to-assume");
  if (!name.startsWith("arn:aws") && !account)
    throw new Error("Source Account ID is needed if the Role Name is provided and not the Role Arn.");
  const role = {
    RoleArn: name.startsWith("arn:aws") ? name : `arn:aws:iam::${account}:role/${name}`,
    RoleSessionName: step.input("role-session-name") || "GitHubActions",
    DurationSeconds: Number.parseInt(step.input("role-duration-seconds"), 10) || 3600,
  };
  const audience = step.input("audience") || "sts.amazonaws.com";
  const ExternalId = step.input("role-external-id") || undefined;
  const Tags = step.flag("role-skip-session-tagging") ? undefined : sessionTags(step);
  const { Credentials: assumed } = source
    ? await sts(source).send(new AssumeRoleCommand({ ...role, ExternalId, Tags }))
    : await sts({ accessKeyId: "", secretAccessKey: "" }).send(
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
    expiration: assumed.Expiration,
  };
}

// By key, the variable after GITHUB_.
const tagSources = {
  ...{ Repository: "REPOSITORY", Workflow: "WORKFLOW", Action: "ACTION", Actor: "ACTOR", Commit: "SHA" },
  ...{ Branch: "REF", EventName: "EVENT_NAME", RunId: "RUN_ID", Job: "JOB" },
};

/** With them, the role's trust policy must allow sts:TagSession. */
function sessionTags({ environment }: StandInStep) {
  const tags = Object.entries(tagSources).map(([Key, name]) => {
    const value = environment[`GITHUB_${name}`] || "none";
    return { Key, Value: value.replace(/[^\p{L}\p{Z}\p{N}_.:/=+\-@]/gu, "_").slice(0, 256) };
  });
  return [{ Key: "GitHub", Value: "Actions" }, ...tags];
}

/** Requests a token as `getIDToken` of @actions/core does. */
async function identityToken({ environment, mask }: StandInStep, audience: string): Promise<string> {
  const [url, token] = identityVariables.map((name) => environment[name]);
  if (!url || !token)
    throw notLoaded(
      "Could not fetch an OIDC token. Did you remember to add 'id-token: write' to your job permissions?",
    );
  const headers = { Authorization: `Bearer ${token}` };
  const response = await fetch(`${url}&audience=${encodeURIComponent(audience)}`, { headers });
  const { value } = (await response.json()) as { value: string };
  mask(value);
  return value;
}
