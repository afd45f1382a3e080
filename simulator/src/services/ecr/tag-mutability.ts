import type { Repository } from "@aws-sdk/client-ecr";
import { compileWildcard } from "../../kit/wildcard.ts";
import { invalidParameter } from "./state.ts";

type Mutability = Pick<Repository, "imageTagMutability" | "imageTagMutabilityExclusionFilters">;

/** Source: ECR user guide, "Preventing image tags from being overwritten": filters go only with …_WITH_EXCLUSION. */
export function checkMutability({
  imageTagMutability,
  imageTagMutabilityExclusionFilters,
}: Mutability): Mutability {
  const filters = imageTagMutabilityExclusionFilters ?? [];
  const withExclusion = imageTagMutability?.endsWith("_WITH_EXCLUSION") ?? false;
  if (withExclusion !== filters.length > 0)
    throw invalidParameter(
      "imageTagMutabilityExclusionFilters",
      withExclusion
        ? `must have 1 to 5 filters with ${imageTagMutability}`
        : `must be absent with ${imageTagMutability}`,
    );
  if (filters.length > 5)
    throw invalidParameter("imageTagMutabilityExclusionFilters", "must have at most 5 filters");
  return { imageTagMutability, imageTagMutabilityExclusionFilters: withExclusion ? filters : undefined };
}

export function isImmutable(
  tag: string,
  { imageTagMutability, imageTagMutabilityExclusionFilters }: Mutability,
) {
  const excluded = (imageTagMutabilityExclusionFilters ?? []).some(({ filter = "" }) =>
    compileWildcard(filter)(tag),
  );
  return imageTagMutability?.startsWith("IMMUTABLE") ? !excluded : excluded;
}
