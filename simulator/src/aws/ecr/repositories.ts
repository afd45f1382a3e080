import type { ECR } from "@aws-sdk/client-ecr";
import { AwsError } from "../../errors.ts";
import type { Operations } from "../api.ts";
import { page } from "./page.ts";
import { scansOnPush } from "./scan-configuration.ts";
import { type EcrState, invalidParameter, type RepositoryRecord, repositoryArn, toTagMap } from "./state.ts";
import { checkMutability, isImmutable } from "./tag-mutability.ts";

/** ECR API reference, CreateRepository: pattern of repositoryName, 2 to 256 characters. */
const namePattern = /^(?:[a-z0-9]+(?:[._-][a-z0-9]+)*\/)*[a-z0-9]+(?:[._-][a-z0-9]+)*$/;

export function repositoryOperations(state: EcrState): Operations<ECR> {
  const { repositories, find, describe, scans, scanRules } = state;
  const { accountId, region, registry, clock } = state.environment;
  return {
    createRepository(input) {
      const { repositoryName: name = "", imageTagMutability = "MUTABLE" } = input;
      assertName(name);
      assertOwnRegistry(input.registryId, accountId);
      if (repositories.has(name))
        throw new AwsError(
          "RepositoryAlreadyExistsException",
          `The repository with name '${name}' already exists in the registry with id '${accountId}'`,
        );
      const mutability = checkMutability({ ...input, imageTagMutability });
      const tags = toTagMap(input.tags);
      const record: RepositoryRecord = {
        description: {
          repositoryName: name,
          repositoryArn: repositoryArn(region, accountId, name),
          registryId: accountId,
          createdAt: clock.now(),
          ...mutability,
          imageScanningConfiguration: { scanOnPush: input.imageScanningConfiguration?.scanOnPush ?? false },
          encryptionConfiguration: input.encryptionConfiguration ?? { encryptionType: "AES256" },
        },
        images: registry.createRepository(name, {
          isImmutable: (tag) => isImmutable(tag, record.description),
          onPush: (manifest) => {
            if (scansOnPush(record, scanRules)) scans.startIfPossible(manifest);
          },
        }),
        tags,
        policyText: undefined,
        lifecyclePolicyText: undefined,
      };
      repositories.set(name, record);
      return { repository: describe(record) };
    },

    describeRepositories({ registryId, repositoryNames, maxResults, nextToken }) {
      if (repositoryNames)
        return {
          repositories: repositoryNames.map((repositoryName) =>
            describe(find({ registryId, repositoryName })),
          ),
        };
      assertOwnRegistry(registryId, accountId);
      const { items, nextToken: next } = page([...repositories.values()], { maxResults, nextToken });
      return { repositories: items.map(describe), nextToken: next };
    },

    async deleteRepository({ registryId, repositoryName, force }) {
      const record = find({ registryId, repositoryName });
      const { repositoryName: name } = record.description;
      if (record.images.manifests.size > 0 && !force)
        throw new AwsError(
          "RepositoryNotEmptyException",
          `The repository with name '${name}' in registry with id '${accountId}' cannot be deleted because it still contains images`,
        );
      const repository = describe(record);
      repositories.delete(name);
      await registry.deleteRepository(name);
      return { repository };
    },
  };
}

function assertName(name: string): void {
  if (name.length < 2 || name.length > 256)
    throw invalidParameter("repositoryName", "must have 2 to 256 characters");
  if (!namePattern.test(name))
    throw invalidParameter("repositoryName", `must satisfy regular expression '${namePattern.source}'`);
}

function assertOwnRegistry(registryId: string | undefined, accountId: string): void {
  if (registryId !== undefined && registryId !== accountId)
    throw invalidParameter("registryId", `must be ${accountId}, the only account here`);
}
