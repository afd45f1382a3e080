import { connectToRegistry } from "../../shared/registry/connect.ts";
import type { Destination } from "../../shared/registry/destination/destination.ts";
import type { RepositoryName } from "../../shared/registry/destination/repository-name.ts";
import type { RegistryContext } from "../../shared/registry/registry-context.ts";

/** The parts of a repository that tagging needs. */
export type Repository = Pick<Destination, "registry" | "host" | "name" | "uri" | "isImmutable">;

/** Logs in to the repository's registry. Only ECR reports a missing repository at this point. */
export async function openRepository(name: RepositoryName, context: RegistryContext): Promise<Repository> {
  switch (name.registry) {
    // Code that calls AWS is loaded only where it is needed.
    case "ecr": {
      const { findInEcr, missingInEcr } = await import("../../shared/registry/destination/ecr.ts");
      const { repository, open } = await findInEcr(name, context);
      if (!repository) throw missingInEcr(name, nextStep);
      return open(repository);
    }
    case "other": {
      const { host, uri } = name;
      const registry = await connectToRegistry(host, context);
      // In such a registry, only a push shows which tags cannot be moved.
      return { registry, host, name: name.name, uri, isImmutable: () => false };
    }
  }
}

const nextStep = "correct the input image, or log in to the account of that repository; nothing was changed.";
