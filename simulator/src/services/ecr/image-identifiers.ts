import type { ImageIdentifier } from "@aws-sdk/client-ecr";
import { isDigest } from "../../runtime/registry/digest.ts";
import type { RegistryRepository, StoredManifest } from "../../runtime/registry/registry.ts";

/** Reason why ECR does not find or remove an image. */
export interface Failure {
  readonly failureCode:
    | "ImageNotFound"
    | "ImageReferencedByManifestList"
    | "ImageTagDoesNotMatchDigest"
    | "InvalidImageDigest"
    | "MissingDigestAndTag";
  readonly failureReason: string;
}

type Found = { manifest: StoredManifest } | Failure;

export function findImage(images: RegistryRepository, { imageDigest, imageTag }: ImageIdentifier): Found {
  if (imageDigest === undefined && imageTag === undefined)
    return fail("MissingDigestAndTag", "Invalid request parameters: both tag and digest cannot be null");
  if (imageDigest !== undefined && !isDigest(imageDigest))
    return fail(
      "InvalidImageDigest",
      "Invalid request parameters: image digest should satisfy the regex '[a-zA-Z0-9-_+.]+:[a-fA-F0-9]+'",
    );
  const manifest = images.resolve(imageDigest ?? imageTag ?? "");
  if (!manifest) return fail("ImageNotFound", "Requested image not found");
  if (imageTag !== undefined && images.tags.get(imageTag) !== manifest.digest)
    return fail(
      "ImageTagDoesNotMatchDigest",
      "Requested image tag does not map to the requested image digest",
    );
  return { manifest };
}

export function tagsOf({ tags }: RegistryRepository, digest: string): string[] {
  return [...tags].filter(([, target]) => target === digest).map(([tag]) => tag);
}

function fail(failureCode: Failure["failureCode"], failureReason: string): Found {
  return { failureCode, failureReason };
}
