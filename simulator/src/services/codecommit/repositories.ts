import type { RepositoryMetadata } from "@aws-sdk/client-codecommit";
import { AwsError } from "../../kit/errors.ts";
import { page } from "../../kit/page.ts";
import { refuseUnsupported } from "../../kit/refuse-unsupported.ts";
import { addTags, removeTags } from "../../kit/tags.ts";
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

/** Source: API reference, ListRepositories. */
const listSize = 1000;

export function repositoryOperations(state: CodeCommitState): Operations<"codecommit"> {
  const { repositories, environment } = state;
  const { git } = environment;
  return {
    async createRepository(input) {
      refuseUnsupported("OperationNotAllowedException", "CreateRepository", input, [
        "repositoryName repositoryDescription tags",
      ]);
      const name = checkName(input.repositoryName);
      const description = checkDescription(input.repositoryDescription);
      const repository = { ...newRepository(state, name), description, tags: checkedTags(input.tags) };
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
    listRepositories({ sortBy = "repositoryName", order = "ascending", nextToken }) {
      const key = (repository: Repository) =>
        sortBy === "repositoryName" ? repository.name : repository.modifiedAt.toISOString();
      const sorted = [...repositories.values()].sort((left, right) => (key(left) < key(right) ? -1 : 1));
      if (order === "descending") sorted.reverse();
      const code = "InvalidContinuationTokenException";
      const { items, next } = page(sorted, { size: listSize, token: nextToken, code });
      return {
        repositories: items.map(({ name, id }) => ({ repositoryName: name, repositoryId: id })),
        nextToken: next,
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
      git.published.delete(repository.name);
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

/** Maximum of one repository. Source: quotas of CodeCommit. */
const maximumTags = 50;

export function tagOperations(state: CodeCommitState): Operations<"codecommit"> {
  return {
    tagResource({ resourceArn, tags }) {
      const repository = byArn(state, resourceArn);
      const next = checkedTags({ ...Object.fromEntries(repository.tags), ...tags });
      return addTags(repository.tags, next);
    },
    untagResource: ({ resourceArn, tagKeys }) => removeTags(byArn(state, resourceArn).tags, tagKeys),
    listTagsForResource: ({ resourceArn }) => ({ tags: Object.fromEntries(byArn(state, resourceArn).tags) }),
  };
}

function checkedTags(given: Record<string, string> = {}): Map<string, string> {
  const tags = new Map(Object.entries(given));
  if (tags.size > maximumTags)
    throw new AwsError(
      "TooManyTagsException",
      `A repository has at most ${maximumTags} tags, not ${tags.size}.`,
    );
  for (const [key, value] of tags) {
    if (key.toLowerCase().startsWith("aws:"))
      throw new AwsError(
        "InvalidSystemTagUsageException",
        `The tag key ${key} begins with aws:, which is AWS's own.`,
      );
    if (key.length < 1 || key.length > 128 || value.length > 256)
      throw new AwsError(
        "InvalidTagsMapException",
        `The tag ${key} has a key of 1 to 128 and a value of up to 256 characters.`,
      );
  }
  return tags;
}

function byArn(state: CodeCommitState, arn: string | undefined): Repository {
  const prefix = repositoryArn(state, "");
  if (!arn?.startsWith(prefix))
    throw new AwsError(
      "InvalidResourceArnException",
      `${arn} is not the ARN of a repository, ${prefix}<name>.`,
    );
  return find(state, arn.slice(prefix.length));
}
