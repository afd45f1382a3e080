import type { ECRClient } from "@aws-sdk/client-ecr";
import { createRegistryClient, type RegistryClient } from "./client.ts";
import { dockerCredentials } from "./docker-credentials.ts";
import { ecrRegion, logIn, logInIfOwn } from "./ecr-login.ts";
import type { RegistryOptions } from "./request.ts";
import type { Credentials } from "./token.ts";

export interface Connecting extends Omit<RegistryOptions, "host" | "credentials" | "renewCredentials"> {
  /** Returns a client of the job's region, or of the registry's. */
  readonly createEcr: (region?: string) => Promise<ECRClient>;
  readonly variables: NodeJS.ProcessEnv;
}

/**
 * Connects with ECR's token or docker/login-action's login, else anonymously. If that is refused, the registry may be
 * the account's own under an unusual name, which ECR knows.
 */
export async function connectToRegistry(host: string, context: Connecting): Promise<RegistryClient> {
  const { createEcr, variables, mask, signal } = context;
  const region = ecrRegion(host);
  const logInToEcr = async (): Promise<Credentials | undefined> =>
    region === undefined
      ? logInIfOwn(await createEcr(), host, mask, signal)
      : logIn(await createEcr(region), mask, signal);
  const credentials = region === undefined ? await dockerCredentials(host, variables) : await logInToEcr();
  return createRegistryClient({ ...context, host, credentials, renewCredentials: logInToEcr });
}
