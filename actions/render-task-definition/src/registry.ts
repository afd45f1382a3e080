import { connectToRegistry } from "../../shared/registry/connect.ts";
import type { ImageName } from "../../shared/registry/image-name.ts";
import type { RenderContext } from "./context.ts";

/** The registry's content under an image's name: the digest of its tag or, without one, the existing tags. */
export type Found =
  | { readonly digest: string }
  /** Undefined: there is no repository of this name. */
  | { readonly digest: undefined; readonly tags: readonly string[] | undefined };

export async function findInRegistry({ host, name, tag }: ImageName, context: RenderContext): Promise<Found> {
  const registry = await connectToRegistry(host, context);
  const manifest = await registry.getManifest(name, tag);
  return manifest ? { digest: manifest.digest } : { digest: undefined, tags: await registry.listTags(name) };
}
