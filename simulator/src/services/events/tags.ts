import { AwsError } from "../../kit/errors.ts";
import { tagReader } from "../../kit/tags.ts";
import type { Service } from "../api.ts";
import type { EventsState, Rule } from "./state.ts";

export function tagOperations(state: EventsState): Service<"events">["operations"] {
  const find = (arn: string | undefined): Rule => {
    const rule = [...state.rules.values()].find((each) => each.arn === arn);
    if (rule) return rule;
    throw new AwsError("ResourceNotFoundException", `Resource ${arn} does not exist.`);
  };
  return {
    tagResource: ({ ResourceARN, Tags }) => {
      const { tags } = find(ResourceARN);
      for (const [key, value] of tagMap(Tags, tags)) tags.set(key, value);
      return {};
    },
    untagResource: ({ ResourceARN, TagKeys = [] }) => {
      const { tags } = find(ResourceARN);
      for (const key of TagKeys) tags.delete(key);
      return {};
    },
    listTagsForResource: ({ ResourceARN }) => ({
      Tags: [...find(ResourceARN).tags].map(([Key, Value]) => ({ Key, Value })),
    }),
  };
}

export const tagMap = tagReader("LimitExceededException");
