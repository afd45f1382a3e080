import type { ECR, ImageIdentifier } from "@aws-sdk/client-ecr";
import { AwsError } from "../../kit/errors.ts";
import type { RegistryRepository } from "../../runtime/registry/registry.ts";
import { RegistryError, type RegistryErrorCode } from "../../runtime/registry/registry.ts";
import { tagPattern } from "../../runtime/registry/repository.ts";
import type { Operations } from "../api.ts";
import { type Failure, findImage, tagsOf } from "./images.ts";
import { type EcrState, invalidParameter } from "./state.ts";

export function changeImageOperations({ find }: Pick<EcrState, "find">) {
  return {
    putImage(input) {
      const { images, description } = find(input);
      const { registryId, repositoryName } = description;
      const { imageTag, imageDigest, imageManifest = "", imageManifestMediaType } = input;
      if (imageTag !== undefined && !tagPattern.test(imageTag))
        throw invalidParameter("imageTag", `must satisfy regular expression '${tagPattern.source}'`);
      const body = Buffer.from(imageManifest);
      const before = imageTag === undefined ? undefined : images.tags.get(imageTag);
      const known = new Set(images.manifests.keys());
      const stored = translateErrors(() =>
        images.putManifest({ body, mediaType: imageManifestMediaType, tag: imageTag, digest: imageDigest }),
      );
      if (known.has(stored.digest) && (imageTag === undefined || before === stored.digest))
        throw new AwsError(
          "ImageAlreadyExistsException",
          `Image with digest '${stored.digest}' and tag '${imageTag ?? null}' already exists in the repository with name '${repositoryName}' in registry with id '${registryId}'`,
        );
      const imageId = { imageDigest: stored.digest, imageTag };
      return {
        image: {
          registryId,
          repositoryName,
          imageId,
          imageManifest,
          imageManifestMediaType: stored.mediaType,
        },
      };
    },

    batchDeleteImage(input) {
      const { images } = find(input);
      const imageIds: ImageIdentifier[] = [];
      const failures: ({ imageId: ImageIdentifier } & Failure)[] = [];
      for (const imageId of input.imageIds ?? []) {
        const outcome = removeImage(images, imageId);
        if (Array.isArray(outcome)) imageIds.push(...outcome);
        else failures.push({ imageId, ...outcome });
      }
      return { imageIds, failures };
    },
  } satisfies Operations<ECR>;
}

/** By tag, removes the tag, and the image with its last tag; by digest, the image with all its tags. */
function removeImage(images: RegistryRepository, imageId: ImageIdentifier): ImageIdentifier[] | Failure {
  const found = findImage(images, imageId);
  if ("failureCode" in found) return found;
  const { digest } = found.manifest;
  const tags = tagsOf(images, digest);
  if (imageId.imageTag !== undefined && tags.length > 1) {
    images.removeTag(imageId.imageTag);
    return [{ imageDigest: digest, imageTag: imageId.imageTag }];
  }
  const index = images.listedIn(digest);
  if (index !== undefined)
    return {
      failureCode: "ImageReferencedByManifestList",
      failureReason: `Requested image referenced by manifest list: [${index}]`,
    };
  images.removeManifest(digest);
  return tags.length > 0
    ? tags.map((imageTag) => ({ imageDigest: digest, imageTag }))
    : [{ imageDigest: digest }];
}

const exceptionOf: Partial<Record<RegistryErrorCode, string>> = {
  DIGEST_INVALID: "ImageDigestDoesNotMatchException",
  TAG_INVALID: "ImageTagAlreadyExistsException",
};

function translateErrors<Result>(action: () => Result): Result {
  try {
    return action();
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error;
    const { code, message } = error;
    if (code === "MANIFEST_BLOB_UNKNOWN")
      throw new AwsError(
        message.startsWith("Images") ? "ReferencedImagesNotFoundException" : "LayersNotFoundException",
        message,
      );
    const exception = exceptionOf[code];
    throw exception === undefined
      ? invalidParameter("imageManifest", message)
      : new AwsError(exception, message);
  }
}
