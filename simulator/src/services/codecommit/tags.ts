import { AwsError } from "../../kit/errors.ts";
import type { Service } from "../api.ts";
import { type CodeCommitState, find, type Repository, repositoryArn } from "./state.ts";

/** Maximum of one repository. Source: quotas of CodeCommit. */
const maximumTags = 50;

export function tagOperations(state: CodeCommitState): Service<"codecommit">["operations"] {
  return {
    tagResource({ resourceArn, tags }) {
      const repository = byArn(state, resourceArn);
      const next = checkedTags({ ...Object.fromEntries(repository.tags), ...tags });
      for (const [key, value] of next) repository.tags.set(key, value);
      return {};
    },
    untagResource({ resourceArn, tagKeys = [] }) {
      const repository = byArn(state, resourceArn);
      for (const key of tagKeys) repository.tags.delete(key);
      return {};
    },
    listTagsForResource: ({ resourceArn }) => ({ tags: Object.fromEntries(byArn(state, resourceArn).tags) }),
  };
}

export function checkedTags(given: Record<string, string> = {}): Map<string, string> {
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
