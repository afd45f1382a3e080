import type { Log } from "../../../shared/log.ts";
import type { FetchedManifest } from "../../../shared/registry/client.ts";
import type { Destination } from "../../../shared/registry/destination/destination.ts";
import { putTag } from "../../../shared/registry/put-tag.ts";
import { createTurns, settleAll } from "../parallel.ts";
import { immutableTagFailure } from "./read-tags.ts";

/**
 * Gives a complete image its source's tag. If another job was faster and the tag cannot be moved, returns that job's
 * image of the same source.
 */
export async function claimSource(
  destination: Destination,
  manifest: FetchedManifest,
  tag: string,
  tagged: ReadonlyMap<string, string>,
): Promise<FetchedManifest> {
  if (tagged.get(tag) === manifest.digest) return manifest;
  return putTag(destination, manifest, tag);
}

/** Gives a complete image its tags, except those that it has. */
export async function putTags(
  destination: Destination,
  manifest: FetchedManifest,
  tags: readonly string[],
  tagged: ReadonlyMap<string, string>,
  log: Log,
): Promise<void> {
  const inTurn = createTurns();
  const put = async (tag: string) => {
    const { digest } = await putTag(destination, manifest, tag);
    if (digest !== manifest.digest)
      throw immutableTagFailure(
        `The tag ${tag} of ${destination.name} cannot be moved and points to ${digest}; this image is ${manifest.digest}`,
      );
    log.info(`Tagged ${tag}`);
  };
  const missing = tags.filter((tag) => tagged.get(tag) !== manifest.digest);
  await settleAll(missing.map((tag) => inTurn(() => put(tag))));
}
