import type { Repository } from "@aws-sdk/client-ecr";
import type { Log } from "../../../shared/log.ts";
import type { RepositoryCreation } from "./inputs.ts";

/** Reports differing settings: an existing repository may be another stack's, so it is not changed. */
export function tellDifferences(
  { repositoryName, imageTagMutability, imageScanningConfiguration }: Repository,
  { immutableTags, scanOnPush }: RepositoryCreation,
  log: Log,
): void {
  const differences = [
    ...(imageTagMutability && imageTagMutability.startsWith("IMMUTABLE") !== immutableTags
      ? [`its tags are ${imageTagMutability}, and immutable-tags is ${immutableTags}`]
      : []),
    ...(imageScanningConfiguration && (imageScanningConfiguration.scanOnPush ?? false) !== scanOnPush
      ? [
          `its images are ${scanOnPush ? "not " : ""}scanned when they are pushed, and scan-on-push is ${scanOnPush}`,
        ]
      : []),
  ];
  if (differences.length > 0)
    log.notice(
      `Repository ${repositoryName} already exists and is not changed, although ${differences.join("; ")}`,
    );
}
