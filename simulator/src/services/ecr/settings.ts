import type { ECR } from "@aws-sdk/client-ecr";
import { AwsError } from "../../kit/errors.ts";
import type { Operations } from "../api.ts";
import { type EcrState, invalidParameter, toTagMap } from "./state.ts";
import { checkMutability } from "./tag-mutability.ts";

export function settingOperations({ environment, find, findByArn }: EcrState): Operations<ECR> {
  const { accountId, registry } = environment;
  return {
    putImageTagMutability(input) {
      const { description } = find(input);
      Object.assign(description, checkMutability(input));
      const { imageTagMutability, imageTagMutabilityExclusionFilters } = description;
      const { registryId, repositoryName } = description;
      return {
        registryId,
        repositoryName,
        imageTagMutability,
        imageTagMutabilityExclusionFilters,
      };
    },
    putImageScanningConfiguration(input) {
      const { description } = find(input);
      description.imageScanningConfiguration = {
        scanOnPush: input.imageScanningConfiguration?.scanOnPush ?? false,
      };
      const { registryId, repositoryName, imageScanningConfiguration } = description;
      return { registryId, repositoryName, imageScanningConfiguration };
    },

    describeRegistry: () => ({ registryId: accountId, replicationConfiguration: { rules: [] } }),
    getAccountSetting({ name }) {
      assertBlobMounting(name);
      return { name, value: registry.blobMounting ? "ENABLED" : "DISABLED" };
    },
    putAccountSetting({ name, value }) {
      assertBlobMounting(name);
      if (value !== "ENABLED" && value !== "DISABLED")
        throw invalidParameter("value", "must be ENABLED or DISABLED");
      registry.blobMounting = value === "ENABLED";
      return { name, value };
    },

    tagResource({ resourceArn, tags }) {
      const record = findByArn(resourceArn);
      record.tags = toTagMap(tags, record.tags);
      return {};
    },
    untagResource({ resourceArn, tagKeys }) {
      const record = findByArn(resourceArn);
      for (const key of tagKeys ?? []) record.tags.delete(key);
      return {};
    },
    listTagsForResource({ resourceArn }) {
      const { tags } = findByArn(resourceArn);
      return { tags: [...tags].map(([Key, Value]) => ({ Key, Value })) };
    },
  };
}

function assertBlobMounting(name: string | undefined): void {
  if (name === "BLOB_MOUNTING") return;
  throw new AwsError(
    "ValidationException",
    `the simulator has the account setting BLOB_MOUNTING, not ${name}`,
  );
}
