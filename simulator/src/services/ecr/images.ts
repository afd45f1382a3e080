import type { ECR, Image, ImageDetail, ImageIdentifier } from "@aws-sdk/client-ecr";
import { AwsError } from "../../kit/errors.ts";
import type { StoredManifest } from "../../runtime/registry/registry.ts";
import type { Operations } from "../api.ts";
import { findImage, tagsOf } from "./image-identifiers.ts";
import { page } from "./page.ts";
import { type EcrState, invalidParameter, type RepositoryRecord } from "./state.ts";

export function imageOperations({ environment, find }: EcrState): Operations<ECR> {
  const detail = ({ images, description }: RepositoryRecord, manifest: StoredManifest): ImageDetail => {
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
      subjectManifestDigest: manifest.subject,
      lastRecordedPullTime: manifest.lastPulledAt,
      imageStatus: "ACTIVE",
    };
  };
  const notFound = (
    { imageDigest = "null", imageTag = "null" }: ImageIdentifier,
    { description: { repositoryName, registryId } }: RepositoryRecord,
  ) =>
    new AwsError(
      "ImageNotFoundException",
      `The image with imageId {imageDigest:'${imageDigest}', imageTag:'${imageTag}'} does not exist within the repository with name '${repositoryName}' in the registry with id '${registryId}'`,
    );

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
      const { tagStatus = "ANY", imageStatus = "ACTIVE" } = input.filter ?? {};
      const all = imageStatus === "ACTIVE" || imageStatus === "ANY" ? [...images.manifests.values()] : [];
      const chosen = all.filter(({ digest }) => hasStatus(tagsOf(images, digest).length > 0, tagStatus));
      const { items, nextToken } = page(chosen, input);
      return { imageDetails: items.map((manifest) => detail(record, manifest)), nextToken };
    },

    listImages(input) {
      const { images } = find(input);
      const { tagStatus = "ANY", imageStatus = "ACTIVE" } = input.filter ?? {};
      const all = imageStatus === "ACTIVE" || imageStatus === "ANY" ? [...images.manifests.keys()] : [];
      const ids = all.flatMap((imageDigest): ImageIdentifier[] => {
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

/** ECR converts a manifest between Docker's and OCI's form where it can; the simulator does not. */
function assertAccepted({ mediaType }: StoredManifest, accepted: readonly string[] | undefined): void {
  if (accepted === undefined || accepted.includes(mediaType)) return;
  throw invalidParameter(
    "acceptedMediaTypes",
    `must include ${mediaType}: the simulator converts no manifest`,
  );
}

function hasStatus(tagged: boolean, status: string): boolean {
  return status === "ANY" || (status === "TAGGED") === tagged;
}
