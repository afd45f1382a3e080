import type { Log } from "../../../shared/log.ts";
import type { FetchedManifest } from "../../../shared/registry/client.ts";
import { RegistryRefusal } from "../../../shared/registry/request.ts";
import type { Destination } from "../destination/destination.ts";
import { immutableTagFailure } from "./look-at-tags.ts";

/** Gives a complete image its tags, one after the other, except those that it has. */
export async function putTags(
  destination: Destination,
  manifest: FetchedManifest,
  tags: readonly string[],
  tagged: ReadonlyMap<string, string>,
  log: Log,
): Promise<void> {
  for (const tag of tags) {
    if (tagged.get(tag) === manifest.digest) continue;
    await putTag(destination, manifest, tag);
    log.info(`Tagged ${tag}`);
  }
}

async function putTag(
  { registry, name }: Destination,
  manifest: FetchedManifest,
  tag: string,
): Promise<void> {
  try {
    await registry.putManifest(name, tag, manifest);
  } catch (error) {
    if (!(error instanceof RegistryRefusal)) throw error;
    // Another job may have put it since it was looked at: the same image is as good as ours.
    const now = await registry.getManifest(name, tag);
    if (now?.digest === manifest.digest) return;
    if (!now) throw error;
    throw immutableTagFailure(
      `The tag ${tag} of ${name} cannot be moved and belongs to ${now.digest}; this image is ${manifest.digest}`,
    );
  }
}
