import { AwsError } from "../../kit/errors.ts";
import type { Service } from "../api.ts";
import type { ScalableTarget, ScalingState } from "./state.ts";

/** Maximum of one resource. Source: the quotas of tagging. */
const maximumTags = 50;

export function tagOperations(state: ScalingState): Service<"applicationautoscaling">["operations"] {
  return {
    tagResource({ ResourceARN, Tags = {} }) {
      const { tags } = byArn(state, ResourceARN);
      const next = new Map([...tags, ...Object.entries(Tags)]);
      if (next.size > maximumTags)
        throw new AwsError("TooManyTagsException", `The resource would have more than ${maximumTags} tags.`);
      for (const [key, value] of Object.entries(Tags)) tags.set(key, value);
      return {};
    },
    untagResource({ ResourceARN, TagKeys = [] }) {
      const { tags } = byArn(state, ResourceARN);
      for (const key of TagKeys) tags.delete(key);
      return {};
    },
    listTagsForResource: ({ ResourceARN }) => ({ Tags: Object.fromEntries(byArn(state, ResourceARN).tags) }),
  };
}

function byArn({ targets }: ScalingState, arn: string | undefined): ScalableTarget {
  const found = [...targets.values()].find((target) => target.arn === arn);
  if (found) return found;
  throw new AwsError("ResourceNotFoundException", `No scalable target has the ARN ${arn}.`);
}
