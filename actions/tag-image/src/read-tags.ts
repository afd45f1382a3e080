import { Failure } from "../../shared/failure.ts";
import type { Repository } from "./open-repository.ts";

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
