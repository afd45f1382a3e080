import type { ECRPUBLIC } from "@aws-sdk/client-ecr-public";
import { AwsError } from "../../errors.ts";
import type { Operations } from "../api.ts";
import { checkPolicyDocument } from "../ecr/policies.ts";
import { toTagMap } from "../ecr/state.ts";
import type { EcrPublicState, PublicRepository } from "./state.ts";

export function settingOperations({ find, findByArn }: EcrPublicState): Operations<ECRPUBLIC> {
  return {
    tagResource({ resourceArn, tags }) {
      const repository = findByArn(resourceArn);
      repository.tags = toTagMap(tags, repository.tags);
      return {};
    },
    untagResource({ resourceArn, tagKeys }) {
      const repository = findByArn(resourceArn);
      for (const key of tagKeys ?? []) repository.tags.delete(key);
      return {};
    },
    listTagsForResource({ resourceArn }) {
      const { tags } = findByArn(resourceArn);
      return { tags: [...tags].map(([Key, Value]) => ({ Key, Value })) };
    },

    setRepositoryPolicy(input) {
      const repository = find(input);
      checkPolicyDocument(input.policyText ?? "");
      repository.policyText = input.policyText;
      return policyOf(repository);
    },
    getRepositoryPolicy: (input) => policyOf(find(input)),
    deleteRepositoryPolicy(input) {
      const repository = find(input);
      const policy = policyOf(repository);
      repository.policyText = undefined;
      return policy;
    },
  };
}

function policyOf({ policyText, description: { registryId, repositoryName } }: PublicRepository) {
  if (policyText !== undefined) return { registryId, repositoryName, policyText };
  throw new AwsError(
    "RepositoryPolicyNotFoundException",
    `Repository policy does not exist for the repository with name '${repositoryName}' in the registry with id '${registryId}'`,
  );
}
