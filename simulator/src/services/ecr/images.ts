import type { DescribeImagesFilter, Image, ImageDetail, ImageIdentifier } from "@aws-sdk/client-ecr";
import { AwsError } from "../../kit/errors.ts";
import { refuseUnsupported } from "../../kit/refuse-unsupported.ts";
import { isDigest } from "../../runtime/registry/manifest.ts";
import {
  RegistryError,
  type RegistryErrorCode,
  type RegistryRepository,
  type StoredManifest,
} from "../../runtime/registry/registry.ts";
import { tagPattern } from "../../runtime/registry/repository.ts";
import type { Operations } from "../api.ts";
import { type EcrState, invalidParameter, page, type RepositoryRecord } from "./state.ts";

export function imageOperations({ environment, find }: EcrState): Operations<"ecr"> {
  return {
    describeImages(input) {
      const record = find(input);
      const { images } = record;
      if (input.imageIds) {
        const wanted = input.imageIds.map((id) => {
          const found = findImage(images, id);
          if ("failureCode" in found) throw notFound(id, record);
          return found.manifest;
        });
        return { imageDetails: [...new Set(wanted)].map((manifest) => detail(record, manifest)) };
      }
      const tagStatus = chosenStatus("DescribeImages", input.filter);
      const chosen = [...images.manifests.values()].filter(({ digest }) =>
        hasStatus(tagsOf(images, digest).length > 0, tagStatus),
      );
      const { items, nextToken } = page(chosen, input);
      return { imageDetails: items.map((manifest) => detail(record, manifest)), nextToken };
    },

    listImages(input) {
      const { images } = find(input);
      const tagStatus = chosenStatus("ListImages", input.filter);
      const ids = [...images.manifests.keys()].flatMap((imageDigest): ImageIdentifier[] => {
        const tags = tagsOf(images, imageDigest);
        return tags.length > 0 ? tags.map((imageTag) => ({ imageDigest, imageTag })) : [{ imageDigest }];
      });
      const chosen = ids.filter(({ imageTag }) => hasStatus(imageTag !== undefined, tagStatus));
      const { items, nextToken } = page(chosen, input);
      return { imageIds: items, nextToken };
    },

    batchGetImage(input) {
      const { images, description } = find(input);
      const results = (input.imageIds ?? []).map((imageId) => ({
        imageId,
        found: findImage(images, imageId),
      }));
      const got: Image[] = [];
      for (const { imageId, found } of results) {
        if ("failureCode" in found) continue;
        const { manifest } = found;
        assertAccepted(manifest, input.acceptedMediaTypes);
        manifest.lastPulledAt = environment.clock.now();
        got.push({
          registryId: description.registryId,
          repositoryName: description.repositoryName,
          imageId: { imageDigest: manifest.digest, imageTag: imageId.imageTag },
          imageManifest: manifest.body.toString("utf8"),
          imageManifestMediaType: manifest.mediaType,
        });
      }
      const failures = results.flatMap(({ imageId, found }) =>
        "failureCode" in found ? [{ imageId, ...found }] : [],
      );
      return { images: got, failures };
    },
  };
}

function detail({ images, description }: RepositoryRecord, manifest: StoredManifest): ImageDetail {
  const imageTags = tagsOf(images, manifest.digest);
  return {
    registryId: description.registryId,
    repositoryName: description.repositoryName,
    imageDigest: manifest.digest,
    imageTags: imageTags.length > 0 ? imageTags : undefined,
    imageSizeInBytes: manifest.size,
    imagePushedAt: manifest.pushedAt,
    imageManifestMediaType: manifest.mediaType,
    artifactMediaType: manifest.artifactType,
    lastRecordedPullTime: manifest.lastPulledAt,
    imageStatus: "ACTIVE",
  };
}

function notFound(
  { imageDigest = "null", imageTag = "null" }: ImageIdentifier,
  { description: { repositoryName, registryId } }: RepositoryRecord,
): AwsError {
  return new AwsError(
    "ImageNotFoundException",
    `The image with imageId {imageDigest:'${imageDigest}', imageTag:'${imageTag}'} does not exist within the repository with name '${repositoryName}' in the registry with id '${registryId}'`,
  );
}

/** ECR converts a manifest between Docker's and OCI's form where it can; the simulator does not. */
function assertAccepted({ mediaType }: StoredManifest, accepted: readonly string[] | undefined): void {
  if (accepted === undefined || accepted.includes(mediaType)) return;
  throw invalidParameter(
    "acceptedMediaTypes",
    `must include ${mediaType}: the simulator converts no manifest`,
  );
}

function chosenStatus(operation: string, filter: DescribeImagesFilter = {}): string {
  refuseUnsupported("InvalidParameterException", `the filter of ${operation}`, filter, ["tagStatus"]);
  return filter.tagStatus ?? "ANY";
}

function hasStatus(tagged: boolean, status: string): boolean {
  return status === "ANY" || (status === "TAGGED") === tagged;
}

/** Lifetime of the URL that AWS signs; ECR's documentation does not state it. */
const urlLifetimeMs = 60 * 60 * 1000;

export function layerOperations({ environment, find }: EcrState): Operations<"ecr"> {
  return {
    /** Returns a URL for a layer or a configuration that needs no credentials; AWS signs a URL of S3. */
    getDownloadUrlForLayer(input) {
      const { images, description } = find(input);
      const { layerDigest = "" } = input;
      const { clock, gateway, registry } = environment;
      if (!images.blobs.has(layerDigest))
        throw new AwsError(
          "LayersNotFoundException",
          `The layer with digest '${layerDigest}' does not exist within the repository with name '${description.repositoryName}' in the registry with id '${description.registryId}'`,
        );
      const token = registry.issueToken(new Date(clock.now().getTime() + urlLifetimeMs));
      const url = new URL(`http://${gateway.host}:${gateway.port}/v2/${images.name}/blobs/${layerDigest}`);
      url.searchParams.set("X-Amz-Signature", token);
      return { downloadUrl: url.href, layerDigest };
    },
  };
}

/** Reason why ECR does not find or remove an image. */
interface Failure {
  readonly failureCode:
    | "ImageNotFound"
    | "ImageReferencedByManifestList"
    | "ImageTagDoesNotMatchDigest"
    | "InvalidImageDigest"
    | "MissingDigestAndTag";
  readonly failureReason: string;
}

type Found = { manifest: StoredManifest } | Failure;

function findImage(images: RegistryRepository, { imageDigest, imageTag }: ImageIdentifier): Found {
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

function tagsOf({ tags }: RegistryRepository, digest: string): string[] {
  return [...tags].filter(([, target]) => target === digest).map(([tag]) => tag);
}

function fail(failureCode: Failure["failureCode"], failureReason: string): Found {
  return { failureCode, failureReason };
}

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
  } satisfies Operations<"ecr">;
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
