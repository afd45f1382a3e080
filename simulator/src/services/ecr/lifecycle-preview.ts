import type { ECR, LifecyclePolicyPreviewResult } from "@aws-sdk/client-ecr";
import { AwsError } from "../../kit/errors.ts";
import type { Operations } from "../api.ts";
import { tagsOf } from "./image-identifiers.ts";
import { expiringImages } from "./lifecycle-evaluation.ts";
import { checkLifecyclePolicy } from "./lifecycle-policy.ts";
import { page } from "./page.ts";
import type { EcrState, RepositoryRecord } from "./state.ts";

/** Previews the images that a policy would remove. The simulator never removes any: ECR takes up to 24 hours. */
export function lifecyclePreviewOperations({ environment, find }: EcrState): Operations<ECR> {
  const previews = new WeakMap<RepositoryRecord, { text: string; results: LifecyclePolicyPreviewResult[] }>();
  const named = ({ description: { registryId, repositoryName } }: RepositoryRecord) => ({
    registryId,
    repositoryName,
  });
  return {
    startLifecyclePolicyPreview(input) {
      const record = find(input);
      const text = input.lifecyclePolicyText ?? record.lifecyclePolicyText;
      if (text === undefined) throw absent("LifecyclePolicyNotFoundException", "Lifecycle policy", record);
      checkLifecyclePolicy(text);
      const { images } = record;
      const results = expiringImages(text, images, environment.clock.now()).map(({ manifest, rule }) => ({
        imageTags: tagsOf(images, manifest.digest),
        imageDigest: manifest.digest,
        imagePushedAt: manifest.pushedAt,
        action: { type: "EXPIRE" as const },
        appliedRulePriority: rule.rulePriority,
      }));
      previews.set(record, { text, results });
      return { ...named(record), lifecyclePolicyText: text, status: "IN_PROGRESS" };
    },
    getLifecyclePolicyPreview(input) {
      const record = find(input);
      const preview = previews.get(record);
      if (!preview)
        throw absent("LifecyclePolicyPreviewNotFoundException", "Lifecycle policy preview", record);
      const { items, nextToken } = page(preview.results, input);
      return {
        ...named(record),
        lifecyclePolicyText: preview.text,
        status: "COMPLETE",
        nextToken,
        previewResults: items,
        summary: { expiringImageTotalCount: preview.results.length },
      };
    },
  };
}

function absent(code: string, what: string, { description }: RepositoryRecord): AwsError {
  const { repositoryName, registryId } = description;
  return new AwsError(
    code,
    `${what} does not exist for the repository with name '${repositoryName}' in the registry with id '${registryId}'`,
  );
}
