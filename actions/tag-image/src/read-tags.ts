import { Failure } from "../../shared/failure.ts";
import { connectToRegistry } from "../../shared/registry/client.ts";
import type { Destination } from "../../shared/registry/destination/destination.ts";
import type { RepositoryName } from "../../shared/registry/destination/repository-name.ts";
import type { RegistryContext } from "../../shared/registry/ecr-login.ts";

export interface LookedAt {
  readonly tag: string;
  /** Digest of its current image; undefined when there is no such tag. */
  readonly before: string | undefined;
}

/** Reads each tag's current image. Throws when a tag is on another image, and cannot be moved. */
export async function readTags(
  repository: Repository,
  digest: string,
  tags: readonly string[],
): Promise<LookedAt[]> {
  const { registry, name, isImmutable } = repository;
  const found = await Promise.all(tags.map((tag) => registry.getManifest(name, tag)));
  const looked = tags.map((tag, index) => ({ tag, before: found[index]?.digest }));
  const taken = looked.filter(
    ({ tag, before }) => before !== undefined && before !== digest && isImmutable(tag),
  );
  if (taken.length > 0) throw takenFailure(repository, digest, taken);
  return looked;
}

/** Explains tags that the repository does not move. */
export function takenFailure({ uri }: Repository, digest: string, taken: readonly LookedAt[]): Failure {
  const tags = taken.map(({ tag, before }) => `${tag} (on ${before})`).join(", ");
  return new Failure(
    `${uri} does not allow moving tags from another image: ${tags}; this image is ${digest}`,
    {
      nextStep: "use a tag that no image has, or exclude this tag from the repository's tag immutability.",
    },
  );
}

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
