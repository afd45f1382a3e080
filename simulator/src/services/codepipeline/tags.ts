import type { Tag } from "@aws-sdk/client-codepipeline";
import { AwsError } from "../../kit/errors.ts";
import type { Service } from "../api.ts";
import { type CodePipelineState, type PipelineRecord, pipelineArn } from "./state.ts";

/** Maximum of one pipeline. Source: quotas of CodePipeline. */
const maximumTags = 50;

export function tagOperations(state: CodePipelineState): Service<"codepipeline">["operations"] {
  return {
    tagResource({ resourceArn, tags }) {
      const { tags: current } = byArn(state, resourceArn);
      const given = checkedTags(tags);
      if (new Set([...current.keys(), ...given.keys()]).size > maximumTags) throw tooMany(resourceArn);
      for (const [key, value] of given) current.set(key, value);
      return {};
    },
    untagResource({ resourceArn, tagKeys = [] }) {
      const { tags } = byArn(state, resourceArn);
      for (const key of tagKeys) tags.delete(key);
      return {};
    },
    listTagsForResource: ({ resourceArn }) => ({
      tags: [...byArn(state, resourceArn).tags].map(([key, value]) => ({ key, value })),
    }),
  };
}

export function checkedTags(given: readonly Tag[] = []): Map<string, string> {
  const tags = new Map(given.map(({ key = "", value = "" }) => [key, value]));
  if (tags.size > maximumTags) throw tooMany("the new pipeline");
  for (const [key, value] of tags) {
    if (key.toLowerCase().startsWith("aws:"))
      throw new AwsError(
        "InvalidTagsException",
        "Not allowed to modify system tags. System tags start with 'aws:'.",
      );
    if (key.length < 1 || key.length > 128 || value.length > 256)
      throw new AwsError(
        "InvalidTagsException",
        `The tag ${key} has a key of 1 to 128 and a value of up to 256 characters.`,
      );
  }
  return tags;
}

function tooMany(resource: string | undefined): AwsError {
  return new AwsError("TooManyTagsException", `Tag limit exceeded for resource [${resource}].`);
}

function byArn(state: CodePipelineState, arn: string | undefined): PipelineRecord {
  const prefix = pipelineArn(state, "");
  if (!arn?.startsWith(prefix))
    throw new AwsError("InvalidArnException", `${arn} is not the ARN of a pipeline, ${prefix}<name>.`);
  const found = state.pipelines.get(arn.slice(prefix.length));
  if (found) return found;
  throw new AwsError("ResourceNotFoundException", `There is no pipeline with the ARN ${arn}.`);
}
