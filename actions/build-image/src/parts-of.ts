import type { FetchedManifest } from "../../shared/registry/client.ts";
import { type ImageIndex, type ImageManifest, isIndex } from "../../shared/registry/oci.ts";
import type { ImagePart } from "./builder.ts";

/**
 * Returns the layers of an existing image; for an index, its images without sizes, which would need further requests.
 */
export function partsOf({ body, mediaType }: FetchedManifest): ImagePart[] {
  const how = "already there";
  const manifest = JSON.parse(body.toString("utf8")) as ImageIndex & ImageManifest;
  if (!isIndex(mediaType))
    return manifest.layers.map(({ digest, size }) => ({ what: "layer", digest, size, how }));
  return manifest.manifests.map(({ digest, platform }) => ({
    what: `${platform?.os}/${platform?.architecture}`,
    digest,
    size: undefined,
    how,
  }));
}
