import type { Environment } from "../../environment.ts";
import type { Service } from "../api.ts";
import type { Definition } from "../definition.ts";
import { loadBalancerAttributeOperations, targetGroupAttributeOperations } from "./attributes.ts";
import { createListeners } from "./listeners.ts";
import { loadBalancerOperations } from "./load-balancers.ts";
import { publishMetrics } from "./publish-metrics.ts";
import { ruleOperations } from "./rules.ts";
import { createState } from "./state.ts";
import { tagOperations } from "./tags.ts";
import { targetGroupOperations } from "./target-groups.ts";
import { createTargetLife, targetOperations } from "./target-life.ts";

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
export function createElbv2(environment: Environment): Service<"elbv2"> {
  const state = createState();
  const targets = createTargetLife(environment, state);
  const listeners = createListeners(environment, state, targets.followUse);
  const metrics = publishMetrics(environment, state);
  return {
    operations: {
      ...loadBalancerOperations(environment, state, listeners),
      ...loadBalancerAttributeOperations(state),
      ...listeners.operations,
      ...ruleOperations(state, listeners),
      ...targetGroupOperations(environment, state, targets),
      ...targetGroupAttributeOperations(state),
      ...targetOperations(state, targets),
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
