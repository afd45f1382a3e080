import { createRegistryClient } from "../../../shared/registry/client.ts";
import type { Destination, FoundDestination } from "../../../shared/registry/destination/destination.ts";
import type { RepositoryName } from "../../../shared/registry/destination/repository-name.ts";
import { dockerCredentials } from "../../../shared/registry/docker-credentials.ts";
import type { BuildEnvironment } from "../environment.ts";
import type { DestinationInputs } from "./inputs.ts";

/** Finds the repository and logs in to its registry. */
export async function findDestination(
  { repository, creation }: DestinationInputs,
  environment: BuildEnvironment,
): Promise<FoundDestination> {
  switch (repository.registry) {
    // Code that calls AWS is loaded only where it is needed.
    case "ecr": {
      const { findOrCreateInEcr } = await import("./ecr.ts");
      return findOrCreateInEcr(repository, creation, environment);
    }
    case "other": {
      const destination = await elsewhere(repository, environment);
      return { open: async () => destination };
    }
  }
}

async function elsewhere(
  { host, name, uri }: Extract<RepositoryName, { registry: "other" }>,
  environment: BuildEnvironment,
): Promise<Destination> {
  const credentials = await dockerCredentials(host, environment.variables);
  return {
    host,
    name,
    uri,
    portableUri: uri,
    isImmutable: () => false,
    credentials,
    registry: createRegistryClient({ ...environment, host, credentials }),
    ecr: undefined,
  };
}
