import type { ECRClient } from "@aws-sdk/client-ecr";
import type { Credentials } from "./authorization.ts";
import { createRegistryClient, type RegistryClient } from "./client.ts";
import { dockerCredentials } from "./docker-credentials.ts";
import { ecrRegion, logIn, logInIfOwn } from "./ecr-login.ts";
import type { RegistryOptions } from "./request.ts";

export interface Connecting extends Omit<RegistryOptions, "host" | "credentials" | "renewCredentials"> {
  /** A client of the job's region, or of the one that a registry is in. */
  readonly createEcr: (region?: string) => Promise<ECRClient>;
  readonly variables: NodeJS.ProcessEnv;
}

/**
 * Asks with ECR's token or what docker/login-action left, else anonymously. Where that is refused, the registry may
 * be the account's own under a name that does not tell so: ECR knows.
 */
export async function connectToRegistry(host: string, world: Connecting): Promise<RegistryClient> {
  const { createEcr, variables, mask, signal } = world;
  const region = ecrRegion(host);
  const logInToEcr = async (): Promise<Credentials | undefined> =>
    region === undefined
      ? logInIfOwn(await createEcr(), host, mask, signal)
      : logIn(await createEcr(region), mask, signal);
  const credentials = region === undefined ? await dockerCredentials(host, variables) : await logInToEcr();
  return createRegistryClient({ ...world, host, credentials, renewCredentials: logInToEcr });
}
