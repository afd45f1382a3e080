import type { Tag } from "@aws-sdk/client-cloud9";
import type { Service } from "../api.ts";
import { badRequest, type Cloud9State, type DevelopmentEnvironment, environmentArn, find } from "./state.ts";

/** Maximum of one environment. Source: API reference, Tags. */
const maximumTags = 200;

export function tagOperations(state: Cloud9State): Service<"cloud9">["operations"] {
  return {
    tagResource({ ResourceARN, Tags }) {
      const { tags } = byArn(state, ResourceARN);
      const given = checkedTags(Tags);
      if (new Set([...tags.keys(), ...given.keys()]).size > maximumTags) throw tooMany();
      for (const [key, value] of given) tags.set(key, value);
      return {};
    },
    untagResource({ ResourceARN, TagKeys = [] }) {
      const { tags } = byArn(state, ResourceARN);
      for (const key of TagKeys) tags.delete(key);
      return {};
    },
    listTagsForResource: ({ ResourceARN }) => ({
      Tags: [...byArn(state, ResourceARN).tags].map(([Key, Value]) => ({ Key, Value })),
    }),
  };
}

export function checkedTags(given: readonly Tag[] = []): Map<string, string> {
  const tags = new Map(given.map(({ Key = "", Value = "" }) => [Key, Value]));
  if (tags.size > maximumTags) throw tooMany();
  for (const [key, value] of tags)
    if (key.length < 1 || key.length > 128 || value.length > 256)
      throw badRequest(`The tag ${key} has a key of 1 to 128 and a value of up to 256 characters.`);
  return tags;
}

function tooMany(): Error {
  return badRequest(`An environment has at most ${maximumTags} tags.`);
}

function byArn(state: Cloud9State, arn: string | undefined): DevelopmentEnvironment {
  const prefix = environmentArn(state, "");
  if (!arn?.startsWith(prefix)) throw badRequest(`${arn} is not the ARN of an environment, ${prefix}<id>.`);
  return find(state, arn.slice(prefix.length));
}
