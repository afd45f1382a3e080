import type { Listener } from "@aws-sdk/client-elastic-load-balancing-v2";
import type { Environment } from "../../environment.ts";
import type { AwsClients, Operations } from "../api.ts";
import { changeListener } from "./listener-change.ts";
import { createListener } from "./listener-creation.ts";
import { page } from "./page.ts";
import { compileRoutes } from "./routes.ts";
import {
  defaultRuleOf,
  findListener,
  findLoadBalancer,
  type ListenerRecord,
  listenersOf,
  rulesOf,
  type State,
  validationError,
} from "./state.ts";

export interface Listeners {
  readonly operations: Operations<AwsClients["elbv2"]>;
  /** Applies the current rules of a listener. */
  applyRules(listener: ListenerRecord): void;
  remove(listener: ListenerRecord): Promise<void>;
}

/** `onUse` is called whenever target groups may have come into use or gone out of it. */
export function createListeners(environment: Environment, state: State, onUse: () => void): Listeners {
  const applyRules = (listener: ListenerRecord) => {
    const origin = { listenerPort: listener.port, portOffset: environment.listenerPortOffset };
    listener.server.setRoutes(compileRoutes(state, rulesOf(state, listener.arn), origin));
    onUse();
  };
  const remove = async (listener: ListenerRecord) => {
    for (const { arn } of rulesOf(state, listener.arn)) state.rules.delete(arn);
    state.listeners.delete(listener.arn);
    onUse();
    await listener.server.close();
  };
  const operations: Listeners["operations"] = {
    createListener: async (input) => {
      const listener = await createListener(environment, state, input);
      applyRules(listener);
      return { Listeners: [describe(state, listener)] };
    },
    describeListeners: (input) => {
      const { items, NextMarker } = page(selectListeners(state, input), input);
      return { Listeners: items.map((listener) => describe(state, listener)), NextMarker };
    },
    modifyListener: async (input) => {
      const listener = await changeListener(environment, state, input);
      applyRules(listener);
      return { Listeners: [describe(state, listener)] };
    },
    deleteListener: async ({ ListenerArn }) => {
      await remove(findListener(state, ListenerArn));
      return {};
    },
  };
  return { operations, applyRules, remove };
}

function describe(state: State, { arn, loadBalancerArn, port }: ListenerRecord): Listener {
  return {
    ListenerArn: arn,
    LoadBalancerArn: loadBalancerArn,
    Port: port,
    Protocol: "HTTP",
    DefaultActions: defaultRuleOf(state, arn).actions,
  };
}

function selectListeners(
  state: State,
  asked: { LoadBalancerArn?: string; ListenerArns?: string[] },
): ListenerRecord[] {
  if (asked.ListenerArns?.length) return asked.ListenerArns.map((arn) => findListener(state, arn));
  if (asked.LoadBalancerArn === undefined) {
    throw validationError("You must specify either listener ARNs or a load balancer ARN");
  }
  return listenersOf(state, findLoadBalancer(state, asked.LoadBalancerArn).arn);
}
