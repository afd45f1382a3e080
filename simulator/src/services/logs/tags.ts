import { limitTags } from "../../kit/tags.ts";
import type { Service } from "../api.ts";
import { type Group, type LogsState, nameOf, notFound } from "./state.ts";

/** Tags of log groups; no other resource that the simulator keeps here has any. */
export function tagOperations(state: LogsState): Service<"logs">["operations"] {
  const groupOf = (arn = ""): Group => {
    const group = arn.startsWith("arn:") ? state.groups.get(nameOf(arn)) : undefined;
    if (!group) throw notFound("The specified resource does not exist.");
    return group;
  };
  return {
    tagResource: ({ resourceArn, tags = {} }) => {
      const group = groupOf(resourceArn);
      limitTags("TooManyTagsException", Object.keys(tags), group.tags.keys());
      for (const [key, value] of Object.entries(tags)) group.tags.set(key, value);
      return {};
    },
    untagResource: ({ resourceArn, tagKeys = [] }) => {
      const group = groupOf(resourceArn);
      for (const key of tagKeys) group.tags.delete(key);
      return {};
    },
    listTagsForResource: ({ resourceArn }) => ({ tags: Object.fromEntries(groupOf(resourceArn).tags) }),
  };
}
