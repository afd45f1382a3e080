import type { Environment } from "../../environment.ts";
import { AwsError } from "../../kit/errors.ts";
import { addTags, removeTags, tagPairs } from "../../kit/tags.ts";
import type { Operations, Service } from "../api.ts";
import type { Definition } from "../definition.ts";
import { loadBalancerAttributeOperations, targetGroupAttributeOperations } from "./attributes.ts";
import { createListeners } from "./listeners.ts";
import { loadBalancerOperations } from "./load-balancers.ts";
import { publishMetrics } from "./publish-metrics.ts";
import { ruleOperations } from "./rules.ts";
import {
  createState,
  findListener,
  findLoadBalancer,
  findRule,
  findTargetGroup,
  type State,
  tagMap,
  validationError,
} from "./state.ts";
import { targetGroupOperations } from "./target-groups.ts";
import { createTargetLife, targetOperations } from "./target-life.ts";

function tagOperations(state: State): Operations<"elbv2"> {
  const tagsOf = (arn: string) => findTagged(state, arn).tags;
  return {
    addTags: ({ ResourceArns = [], Tags = [] }) => {
      const keys = Tags.map(({ Key }) => Key ?? "");
      const twice = keys.find((key, at) => keys.indexOf(key) !== at);
      if (twice !== undefined)
        throw new AwsError("DuplicateTagKeysException", `Tag key was specified more than once: ${twice}`);
      const resources = ResourceArns.map(tagsOf);
      const added = resources.map((tags) => tagMap(Tags, tags));
      for (const [index, tags] of resources.entries()) addTags(tags, added[index] ?? []);
      return {};
    },
    removeTags: ({ ResourceArns = [], TagKeys = [] }) => {
      const resources = ResourceArns.map(tagsOf);
      for (const tags of resources) removeTags(tags, TagKeys);
      return {};
    },
    describeTags: ({ ResourceArns = [] }) => ({
      TagDescriptions: ResourceArns.map((arn) => ({
        ResourceArn: arn,
        Tags: tagPairs.write(tagsOf(arn)),
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

export const elbv2: Definition<"elbv2"> = {
  create: createElbv2,
  client: "elastic-load-balancing-v2",
  wires: [
    {
      protocol: "awsQuery",
      route: "2015-12-01",
      namespace: "http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/",
    },
  ],
  actionPrefix: "elasticloadbalancing",
};

/** Elastic Load Balancing 2015-12-01, Application Load Balancers over HTTP with targets of type ip. */
function createElbv2(environment: Environment): Service<"elbv2"> {
  const state = createState();
  const targets = createTargetLife(environment, state);
  const listeners = createListeners(environment, state, targets.followUse);
  const metrics = publishMetrics(environment, state);
  return {
    operations: {
      ...loadBalancerOperations(environment, state, listeners, targets.followUse),
      ...loadBalancerAttributeOperations(state),
      ...listeners.operations,
      ...ruleOperations(state, listeners),
      ...targetGroupOperations(environment, state, targets),
      ...targetGroupAttributeOperations(state),
      ...targetOperations(environment, state, targets),
      ...tagOperations(state),
    },
    async close() {
      metrics.stop();
      const open = [...state.listeners.values()];
      for (const group of state.targetGroups.values()) targets.removeAll(group);
      await Promise.all(open.map(listeners.remove));
    },
  };
}
