import { AwsError } from "../../kit/errors.ts";
import type { AwsClients, Operations } from "../api.ts";
import {
  findListener,
  findLoadBalancer,
  findRule,
  findTargetGroup,
  type State,
  validationError,
} from "./state.ts";

/** Quota of Elastic Load Balancing: tags per resource. */
const maxTags = 50;

export function tagOperations(state: State): Operations<AwsClients["elbv2"]> {
  const tagsOf = (arn: string) => findTagged(state, arn).tags;
  return {
    addTags: ({ ResourceArns = [], Tags = [] }) => {
      const keys = Tags.map(({ Key }) => Key ?? "");
      const twice = keys.find((key, at) => keys.indexOf(key) !== at);
      if (twice !== undefined) {
        throw new AwsError("DuplicateTagKeysException", `Tag key was specified more than once: ${twice}`);
      }
      const resources = ResourceArns.map(tagsOf);
      for (const tags of resources) {
        if (new Set([...tags.keys(), ...keys]).size > maxTags) {
          throw new AwsError("TooManyTagsException", `A resource can have at most ${maxTags} tags`);
        }
      }
      for (const tags of resources) for (const { Key = "", Value = "" } of Tags) tags.set(Key, Value);
      return {};
    },
    removeTags: ({ ResourceArns = [], TagKeys = [] }) => {
      const resources = ResourceArns.map(tagsOf);
      for (const tags of resources) for (const key of TagKeys) tags.delete(key);
      return {};
    },
    describeTags: ({ ResourceArns = [] }) => ({
      TagDescriptions: ResourceArns.map((arn) => ({
        ResourceArn: arn,
        Tags: [...tagsOf(arn)].map(([Key, Value]) => ({ Key, Value })),
      })),
    }),
  };
}

function findTagged(state: State, arn: string): { tags: Map<string, string> } {
  const [, type] = /^arn:aws:elasticloadbalancing:[^:]*:[^:]*:([a-z-]+)\//.exec(arn) ?? [];
  switch (type) {
    case "loadbalancer":
      return findLoadBalancer(state, arn);
    case "targetgroup":
      return findTargetGroup(state, arn);
    case "listener":
      return findListener(state, arn);
    case "listener-rule":
      return findRule(state, arn);
    default:
      throw validationError(`'${arn}' is not a valid resource ARN of Elastic Load Balancing`);
  }
}
