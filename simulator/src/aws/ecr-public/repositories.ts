import type { ECRPUBLIC } from "@aws-sdk/client-ecr-public";
import { AwsError } from "../../errors.ts";
import type { Operations } from "../api.ts";
import { page } from "../ecr/page.ts";
import { invalidParameter, toTagMap } from "../ecr/state.ts";
import { checkCatalogData } from "./catalog-data.ts";
import { type EcrPublicState, type PublicRepository, repositoryArn } from "./state.ts";

/** ECR Public API reference, CreateRepository: pattern of repositoryName, 2 to 205 characters. */
const namePattern = /^(?:[a-z0-9]+(?:[._-][a-z0-9]+)*\/)*[a-z0-9]+(?:[._-][a-z0-9]+)*$/;

export function repositoryOperations(state: EcrPublicState): Operations<ECRPUBLIC> {
  const { repositories, alias, find, describe, assertOwn } = state;
  const { accountId, clock, registry } = state.environment;
  return {
    createRepository({ repositoryName: name = "", catalogData, tags }) {
      if (name.length < 2 || name.length > 205 || !namePattern.test(name))
        throw invalidParameter(
          "repositoryName",
          `must have 2 to 205 characters and satisfy regular expression '${namePattern.source}'`,
        );
      if (registry.repository(`${alias}/${name}`))
        throw new AwsError(
          "RepositoryAlreadyExistsException",
          `The repository with name '${name}' already exists in the registry with id '${accountId}'`,
        );
      const repository: PublicRepository = {
        description: {
          repositoryArn: repositoryArn(accountId, name),
          registryId: accountId,
          repositoryName: name,
          createdAt: clock.now(),
        },
        tags: toTagMap(tags),
        catalogData: catalogData && checkCatalogData(catalogData),
        policyText: undefined,
        images: registry.createRepository(`${alias}/${name}`, {
          isPublic: true,
          isImmutable: () => false,
          // Two registries that share their address here, but no blobs.
          encryption: "public",
        }),
      };
      repositories.set(name, repository);
      return { repository: describe(repository), catalogData: repository.catalogData };
    },

    describeRepositories({ registryId, repositoryNames, maxResults, nextToken }) {
      assertOwn(registryId);
      if (repositoryNames)
        return { repositories: repositoryNames.map((name) => describe(find({ repositoryName: name }))) };
      const { items, nextToken: next } = page([...repositories.values()], { maxResults, nextToken });
      return { repositories: items.map(describe), nextToken: next };
    },

    async deleteRepository(input) {
      const repository = find(input);
      const { repositoryName: name } = repository.description;
      if (repository.images.manifests.size > 0 && !input.force)
        throw new AwsError(
          "RepositoryNotEmptyException",
          `The repository with name '${name}' in registry with id '${accountId}' cannot be deleted because it still contains images`,
        );
      const described = describe(repository);
      repositories.delete(name);
      await registry.deleteRepository(repository.images.name);
      return { repository: described };
    },
  };
}
