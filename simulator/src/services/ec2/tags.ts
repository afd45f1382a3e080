import type { ResourceType, Tag, TagSpecification } from "@aws-sdk/client-ec2";
import { AwsError } from "../../kit/errors.ts";
import { checkedTags, addTags as putTags, tagPairs } from "../../kit/tags.ts";
import type { Operations } from "../api.ts";
import { type Ec2State, invalidValue, type Kind, kinds } from "./state.ts";

export function tagOperations(state: Ec2State): Operations<"ec2"> {
  return {
    createTags: ({ Resources = [], Tags = [] }) => {
      for (const id of Resources) {
        refuseUnknown(state, id);
        checkedTags(tagPairs.read(Tags), rules, state.tags.get(id));
      }
      for (const id of Resources) addTags(state, id, Tags);
      return {};
    },
    deleteTags: ({ Resources = [], Tags }) => {
      for (const id of Resources) refuseUnknown(state, id);
      for (const id of Resources) deleteTags(state.tags.get(id), Tags);
      return {};
    },
  };
}

/** Returns tags given at creation. Call before any change; add the result once the resource exists. */
export function tagsFrom(specifications: TagSpecification[] | undefined, type: ResourceType): Tag[] {
  const tags = (specifications ?? []).flatMap(({ ResourceType, Tags = [] }) => {
    if (ResourceType !== type)
      throw invalidValue(`'${ResourceType}' is not a valid taggable resource type for this operation.`);
    return Tags;
  });
  checkedTags(tagPairs.read(tags), rules);
  return tags;
}

const rules = { tooMany: "TagLimitExceeded" };

export function addTags(state: Ec2State, id: string, tags: readonly Tag[]): void {
  if (tags.length === 0) return;
  const held = state.tags.get(id) ?? new Map<string, string>();
  putTags(held, tagPairs.read(tags));
  state.tags.set(id, held);
}

export function tagsOf(state: Ec2State, id: string): Tag[] {
  return tagPairs.write(state.tags.get(id) ?? new Map());
}

/** Recorded descriptions of VPCs, subnets and security groups have no empty list, unlike the responses that create them. */
export function shownTags(state: Ec2State, id: string): { Tags: Tag[] | undefined } {
  const tags = tagsOf(state, id);
  return { Tags: tags.length > 0 ? tags : undefined };
}

/** A value given with a key deletes the tag only if it matches; without tags, all are deleted. */
function deleteTags(held: Map<string, string> | undefined, tags: readonly Tag[] | undefined): void {
  if (!tags) held?.clear();
  for (const { Key = "", Value } of tags ?? [])
    if (Value === undefined || held?.get(Key) === Value) held?.delete(Key);
}

function refuseUnknown(state: Ec2State, id: string): void {
  const known = (Object.keys(kinds) as Kind[]).some((kind) => kind !== "associations" && state[kind].has(id));
  if (!known) throw new AwsError("InvalidID", `The ID '${id}' is not valid`);
}
