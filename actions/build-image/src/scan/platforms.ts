import { Failure } from "../../../shared/failure.ts";
import type { FetchedManifest } from "../../../shared/registry/client.ts";
import { type Descriptor, type ImageIndex, isIndex } from "../../../shared/registry/oci.ts";

/** `linux/amd64`; "" for an image that is no part of an index. */
export type Platform = string;

export interface PlatformImage {
  readonly platform: Platform;
  readonly digest: string;
}

/** Returns an index's images: ECR scans them, each by its own digest, and not the index. */
export function platformImages({ digest, mediaType, body }: FetchedManifest): PlatformImage[] {
  if (!isIndex(mediaType)) return [{ platform: "", digest }];
  const { manifests } = JSON.parse(body.toString("utf8")) as ImageIndex;
  const images = manifests.filter(isImage).map((each) => ({ platform: nameOf(each), digest: each.digest }));
  if (images.length === 0) throw new Failure(`The index ${digest} contains no image that ECR can scan`);
  return images;
}

/** BuildKit's attestations are next to the images, with the platform unknown/unknown. */
function isImage({ platform }: Descriptor): boolean {
  return platform?.os !== "unknown";
}

function nameOf({ platform }: Descriptor): Platform {
  return [platform?.os, platform?.architecture].filter(Boolean).join("/");
}
