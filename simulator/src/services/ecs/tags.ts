import type { Tag } from "@aws-sdk/client-ecs";
import { limitTags } from "../../kit/tags.ts";
import type { Operations } from "../api.ts";
import { findTaskDefinition } from "./find.ts";
import { invalid } from "./inputs.ts";
import { lastPart } from "./names.ts";
import type { EcsContext, EcsState } from "./state.ts";

export function tagOperations({ state }: EcsContext): Operations<"ecs"> {
  return {
    tagResource({ resourceArn = "", tags = [] }) {
      requireResource(state, resourceArn);
      checkTags(tags, tagsOf(state, resourceArn));
      setTags(state, resourceArn, tags);
      return {};
    },
    untagResource({ resourceArn = "", tagKeys = [] }) {
      requireResource(state, resourceArn);
      const left = tagsOf(state, resourceArn).filter(({ key }) => !tagKeys.includes(key ?? ""));
      state.tags.set(resourceArn, left);
      return {};
    },
    listTagsForResource({ resourceArn = "" }) {
      requireResource(state, resourceArn);
      return { tags: tagsOf(state, resourceArn) };
    },
  };
}

export function tagsOf(state: EcsState, arn: string): Tag[] {
  return state.tags.get(arn) ?? [];
}

export function checkTags(tags: readonly Tag[] = [], held: readonly Tag[] = []): void {
  limitTags(
    "InvalidParameterException",
    tags.map(({ key }) => key),
    held.map(({ key }) => key),
  );
}

/** Adds the tags; an existing key gets the new value. */
export function setTags(state: EcsState, arn: string, tags: readonly Tag[] = []): void {
  const merged = new Map([...tagsOf(state, arn), ...tags].map((tag) => [tag.key, tag]));
  if (merged.size > 0) state.tags.set(arn, [...merged.values()]);
}

function requireResource(state: EcsState, arn: string): void {
  const resource = arn.split(":").slice(5).join(":");
  const known =
    state.services.has(arn) ||
    state.tasks.has(arn) ||
    state.clusters.get(lastPart(arn))?.clusterArn === arn ||
    (resource.startsWith("task-definition/") && findTaskDefinition(state, arn) !== undefined) ||
    [...state.services.values()].some(({ taskSets }) => taskSets.some((taskSet) => taskSet.arn === arn));
  if (!known) throw invalid("The specified resource could not be found.");
}
