import type { ECRPUBLIC, ImageDetail } from "@aws-sdk/client-ecr-public";
import { AwsError } from "../../errors.ts";
import type { StoredManifest } from "../../planes/registry.ts";
import type { Operations } from "../api.ts";
import { changeImageOperations } from "../ecr/change-images.ts";
import { findImage, tagsOf } from "../ecr/image-identifiers.ts";
import { page } from "../ecr/page.ts";
import type { EcrPublicState, PublicRepository } from "./state.ts";

export function imageOperations({ find }: EcrPublicState): Operations<ECRPUBLIC> {
  return {
    ...changeImageOperations({ find }),

    describeImages(input) {
      const repository = find(input);
      const { images, description } = repository;
      if (!input.imageIds) {
        const { items, nextToken } = page([...images.manifests.values()], input);
        return { imageDetails: items.map((manifest) => detail(repository, manifest)), nextToken };
      }
      const wanted = input.imageIds.map((id) => {
        const found = findImage(images, id);
        if ("manifest" in found) return found.manifest;
        const { imageDigest = "null", imageTag = "null" } = id;
        throw new AwsError(
          "ImageNotFoundException",
          `The image with imageId {imageDigest:'${imageDigest}', imageTag:'${imageTag}'} does not exist within the repository with name '${description.repositoryName}' in the registry with id '${description.registryId}'`,
        );
      });
      return { imageDetails: [...new Set(wanted)].map((manifest) => detail(repository, manifest)) };
    },

    describeImageTags(input) {
      const { images } = find(input);
      const { items, nextToken } = page([...images.tags].sort(), input);
      const imageTagDetails = items.map(([imageTag, imageDigest]) => {
        const { size, pushedAt, mediaType, artifactType } = images.manifests.get(
          imageDigest,
        ) as StoredManifest;
        const imageDetail = {
          imageDigest,
          imageSizeInBytes: size,
          imagePushedAt: pushedAt,
          imageManifestMediaType: mediaType,
          artifactMediaType: artifactType,
        };
        return { imageTag, createdAt: pushedAt, imageDetail };
      });
      return { imageTagDetails, nextToken };
    },
  };
}

function detail({ images, description }: PublicRepository, manifest: StoredManifest): ImageDetail {
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
  };
}
