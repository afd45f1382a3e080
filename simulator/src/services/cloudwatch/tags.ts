import { AwsError } from "../../kit/errors.ts";
import { tagReader } from "../../kit/tags.ts";
import type { Service } from "../api.ts";
import type { CloudWatchState } from "./state.ts";

/** Tags of alarms and dashboards, by their ARN. */
export function tagOperations(state: CloudWatchState): Service<"cloudwatch">["operations"] {
  const tagsOf = (arn = ""): Map<string, string> => {
    const tagged = [...state.alarms.values(), ...state.dashboards.values()].find((each) => each.arn === arn);
    if (tagged) return tagged.tags;
    throw new AwsError(
      "ResourceNotFoundException",
      `There is no alarm and no dashboard with the ARN ${arn}.`,
    );
  };
  return {
    tagResource: ({ ResourceARN, Tags }) => {
      const held = tagsOf(ResourceARN);
      for (const [key, value] of fromTags(Tags, held)) held.set(key, value);
      return {};
    },
    untagResource: ({ ResourceARN, TagKeys = [] }) => {
      const held = tagsOf(ResourceARN);
      for (const key of TagKeys) held.delete(key);
      return {};
    },
    listTagsForResource: ({ ResourceARN }) => ({
      Tags: [...tagsOf(ResourceARN)].map(([Key, Value]) => ({ Key, Value })),
    }),
  };
}

export const fromTags = tagReader("LimitExceededException");
