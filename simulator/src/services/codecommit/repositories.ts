import type { RepositoryMetadata } from "@aws-sdk/client-codecommit";
import { AwsError } from "../../kit/errors.ts";
import { pager } from "../../kit/page.ts";
import { refuseUnsupported } from "../../kit/refuse-unsupported.ts";
import { byArn, checkedTags, tagOperations, tagRecord } from "../../kit/tags.ts";
import type { Operations } from "../api.ts";
import { referencesMoved } from "./references.ts";
import {
  type CodeCommitState,
  checkName,
  find,
  newRepository,
  type Repository,
  refuseTaken,
  repositoryArn,
} from "./state.ts";

/** Source of the size: API reference, ListRepositories. */
const page = pager<never, "nextToken">({
  token: "nextToken",
  standard: 1000,
  code: "InvalidContinuationTokenException",
});

export function repositoryOperations(state: CodeCommitState): Operations<"codecommit"> {
  const { repositories } = state;
  const { git } = state.environment;
  return {
    async createRepository(input) {
      refuseUnsupported("OperationNotAllowedException", "CreateRepository", input, [
        "repositoryName repositoryDescription tags",
      ]);
      const name = checkName(input.repositoryName);
      const description = checkDescription(input.repositoryDescription);
      const tags = checkedTags(tagRecord.read(input.tags ?? {}), tagRules);
      const repository = { ...newRepository(state, name), description, tags };
      refuseTaken(state, name);
      repositories.set(name, repository);
      try {
        await git.create(repository.id);
      } catch (error) {
        repositories.delete(name);
        throw error;
      }
      publish(state, repository);
      return { repositoryMetadata: describe(state, repository) };
    },
    getRepository: ({ repositoryName }) => ({
      repositoryMetadata: describe(state, find(state, repositoryName)),
    }),
    listRepositories(input) {
      refuseUnsupported("InvalidOrderException", "ListRepositories", input, ["nextToken"]);
      const sorted = [...repositories.values()].sort((left, right) => (left.name < right.name ? -1 : 1));
      const { items, nextToken } = page(sorted, input);
      return {
        repositories: items.map(({ name, id }) => ({ repositoryName: name, repositoryId: id })),
        nextToken,
      };
    },
    // Deleting a missing repository is not an error; the response then has no id.
    async deleteRepository({ repositoryName }) {
      const name = checkName(repositoryName);
      const repositoryId = repositories.get(name)?.id;
      repositories.delete(name);
      git.published.delete(name);
      if (repositoryId !== undefined) await git.remove(repositoryId);
      return { repositoryId };
    },
  };
}

export function changeRepositoryOperations(state: CodeCommitState): Operations<"codecommit"> {
  const { repositories, environment } = state;
  return {
    updateRepositoryDescription({ repositoryName, repositoryDescription }) {
      const repository = find(state, repositoryName);
      repository.description = checkDescription(repositoryDescription);
      repository.modifiedAt = environment.clock.now();
      return {};
    },
    updateRepositoryName({ oldName, newName }) {
      const repository = find(state, oldName);
      const name = checkName(newName);
      refuseTaken(state, name);
      repositories.delete(repository.name);
      environment.git.published.delete(repository.name);
      Object.assign(repository, { name, modifiedAt: environment.clock.now() });
      repositories.set(name, repository);
      publish(state, repository);
      return {};
    },
  };
}

/** Publishes a repository to Git under its name. */
function publish(state: CodeCommitState, repository: Repository): void {
  state.environment.git.published.set(repository.name, {
    id: repository.id,
    onPush: (updates, accessKeyId) => referencesMoved(state, repository, updates, accessKeyId),
  });
}

function checkDescription(description: string | undefined): string | undefined {
  // Source: API reference, repositoryDescription.
  if ((description?.length ?? 0) > 1000)
    throw new AwsError(
      "InvalidRepositoryDescriptionException",
      "The specified repository description is not valid: it has more than 1,000 characters.",
    );
  return description || undefined;
}

function describe(state: CodeCommitState, repository: Repository): RepositoryMetadata {
  const { accountId, region, gateway } = state.environment;
  const { id, name, description, defaultBranch, createdAt, modifiedAt } = repository;
  return {
    accountId,
    repositoryId: id,
    repositoryName: name,
    repositoryDescription: description,
    defaultBranch,
    creationDate: createdAt,
    lastModifiedDate: modifiedAt,
    cloneUrlHttp: `http://${gateway.host}:${gateway.port}/v1/repos/${name}`,
    cloneUrlSsh: `ssh://git-codecommit.${region}.amazonaws.com/v1/repos/${name}`,
    Arn: repositoryArn(state, name),
  };
}

/** Source: TagResource, CodeCommit API reference. */
const tagRules = {
  tooMany: "TooManyTagsException",
  invalid: "InvalidTagsMapException",
  system: "InvalidSystemTagUsageException",
};

export function repositoryTagOperations(state: CodeCommitState): Operations<"codecommit"> {
  return tagOperations(["resourceArn", "tags", "tagKeys"], tagRecord, tagRules, (arn) =>
    byArn(arn, repositoryArn(state, ""), "InvalidResourceArnException", (name) => find(state, name).tags),
  );
}
