import { type ECRClient, GetAuthorizationTokenCommand } from "@aws-sdk/client-ecr";
import type { JobContext } from "../core/context.ts";
import { Failure } from "../core/failure.ts";
import { retryOutages } from "../core/outage-tolerance.ts";
import type { Credentials } from "./token.ts";

/**
 * Returns the user `AWS` and a token of 12 hours, which is masked in the log. Waits for the end of an outage; a refusal
 * is thrown at once.
 */
export async function logIn(ecr: ECRClient, context: JobContext): Promise<Credentials> {
  const { mask, signal } = context;
  const call = () => ecr.send(new GetAuthorizationTokenCommand({}), { abortSignal: signal });
  const { authorizationData } = await retryOutages(context, call, { firstContact: true });
  return credentialsOf(authorizationData?.[0]?.authorizationToken, mask);
}

/** Returns the credentials in an authorization token, masked as a whole and in its parts. */
function credentialsOf(token: string | undefined, mask: (secret: string) => void): Credentials {
  if (token === undefined) throw new Failure("ECR did not return an authorization token");
  mask(token);
  const [user = "", ...password] = Buffer.from(token, "base64").toString("utf8").split(":");
  mask(password.join(":"));
  return { user, password: password.join(":") };
}

/** Logs in to an ECR registry whose name does not show that; undefined when it is not the account's. */
export async function logInIfOwn(
  ecr: ECRClient,
  host: string,
  { mask, signal }: JobContext,
): Promise<Credentials | undefined> {
  const command = new GetAuthorizationTokenCommand({});
  // The registry's own refusal, which the caller has, says more than ECR's error.
  const answer = await ecr.send(command, { abortSignal: signal }).catch(() => undefined);
  const { authorizationToken, proxyEndpoint } = answer?.authorizationData?.[0] ?? {};
  const own = proxyEndpoint !== undefined && new URL(proxyEndpoint).host === host;
  return own ? credentialsOf(authorizationToken, mask) : undefined;
}

/** Returns the region in the name of an ECR registry; undefined for any other registry. */
export function ecrRegion(host: string): string | undefined {
  // ECR user guide, "Private registry": <account>.dkr.ecr.<region>.amazonaws.com, in China with .cn
  return /^\d{12}\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?$/.exec(host)?.[1];
}

/** Loaded only when it is needed; a client of the job's region, or of the registry's. */
async function createEcr(region?: string): Promise<ECRClient> {
  const { ECRClient } = await import("@aws-sdk/client-ecr");
  return new ECRClient(region === undefined ? {} : { region });
}

/** Context for reading any registry. */
export interface RegistryContext extends JobContext {
  /** Returns a client of the job's region, or of the registry's. */
  readonly createEcr: (region?: string) => Promise<ECRClient>;
}

export function createRegistryContext(job: JobContext): RegistryContext {
  return { ...job, createEcr };
}
