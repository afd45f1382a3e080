import type { ECR } from "@aws-sdk/client-ecr";
import type { Operations } from "../api.ts";
import { page } from "./page.ts";
import type { EcrState } from "./state.ts";

export function referrerOperations({ find }: EcrState): Operations<ECR> {
  return {
    listImageReferrers(input) {
      const { images } = find(input);
      const { artifactTypes = [], artifactStatus = "ACTIVE" } = input.filter ?? {};
      const active = artifactStatus === "ACTIVE" || artifactStatus === "ANY";
      const found = [...images.manifests.values()].filter(
        ({ subject, artifactType = "" }) =>
          active &&
          subject === input.subjectId?.imageDigest &&
          (artifactTypes.length === 0 || artifactTypes.includes(artifactType)),
      );
      const { items, nextToken } = page(found, input);
      const referrers = items.map(({ digest, mediaType, body, artifactType, annotations }) => ({
        digest,
        mediaType,
        size: body.length,
        artifactType,
        annotations: annotations && { ...annotations },
        artifactStatus: "ACTIVE" as const,
      }));
      return { referrers, nextToken };
    },
  };
}
