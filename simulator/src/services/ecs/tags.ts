import type { Tag } from "@aws-sdk/client-ecs";
import { lastPart } from "../../kit/last-part.ts";
import { addTags, checkedTags, smallTagPairs, tagOperations } from "../../kit/tags.ts";
import type { Operations } from "../api.ts";
import { findTaskDefinition } from "./find.ts";
import { invalid } from "./inputs.ts";
import type { EcsContext, EcsState } from "./state.ts";

const rules = { tooMany: "InvalidParameterException" };

export function ecsTagOperations({ state }: EcsContext): Operations<"ecs"> {
  return tagOperations(["resourceArn", "tags", "tagKeys"], smallTagPairs, rules, (arn) => {
    requireResource(state, arn);
    return heldBy(state, arn);
  });
}

export function tagsOf(state: EcsState, arn: string): Tag[] {
  return smallTagPairs.write(state.tags.get(arn) ?? new Map());
}

export function checkTags(tags: readonly Tag[] = []): void {
  checkedTags(smallTagPairs.read(tags), rules);
}

/** Adds the tags; an existing key gets the new value. */
export function setTags(state: EcsState, arn: string, tags: readonly Tag[] = []): void {
  if (tags.length > 0) addTags(heldBy(state, arn), smallTagPairs.read(tags));
}

function heldBy({ tags }: EcsState, arn: string): Map<string, string> {
  const held = tags.get(arn) ?? new Map<string, string>();
  tags.set(arn, held);
  return held;
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
