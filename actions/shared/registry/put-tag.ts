import type { FetchedManifest } from "./client.ts";
import type { Destination } from "./destination/destination.ts";
import { RegistryRefusal } from "./reach.ts";

/** Statuses with which registries refuse to move a tag: ECR's TAG_INVALID is 400, others use 409 or Harbor's 412. */
const immutableStatuses = [400, 409, 412];

/**
 * Pushes an existing manifest of the repository under a tag, byte by byte. Returns the tag's image afterwards, which is
 * another one if the tag cannot be moved.
 */
export async function putTag(
  { registry, name }: Pick<Destination, "registry" | "name">,
  manifest: FetchedManifest,
  tag: string,
): Promise<FetchedManifest> {
  try {
    await registry.putManifest(name, tag, manifest);
    return manifest;
  } catch (error) {
    if (!(error instanceof RegistryRefusal) || !immutableStatuses.includes(error.status)) throw error;
    const now = await registry.getManifest(name, tag);
    if (!now) throw error;
    return now;
  }
}
