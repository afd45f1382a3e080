import type { CreateListenerInput } from "@aws-sdk/client-elastic-load-balancing-v2";
import type { Environment } from "../../environment.ts";
import { normalizeActions } from "./actions.ts";
import { checkPort, openPort } from "./listener-port.ts";
import { checkProperties } from "./listener-properties.ts";
import { checkAssociations } from "./routes.ts";
import {
  findLoadBalancer,
  type ListenerRecord,
  newId,
  type State,
  tagMap,
  validationError,
} from "./state.ts";

/** Opens the port and adds the listener with its default rule to the state; changes nothing on failure. */
export async function createListener(
  environment: Environment,
  state: State,
  input: CreateListenerInput,
): Promise<ListenerRecord> {
  const check = () => {
    checkProperties(input);
    if (input.Protocol === undefined) throw validationError("A listener protocol must be specified");
    const loadBalancer = findLoadBalancer(state, input.LoadBalancerArn);
    const port = checkPort(state, loadBalancer, input.Port);
    const actions = normalizeActions(state, input.DefaultActions);
    checkAssociations(state, loadBalancer.arn, actions);
    return { loadBalancer, port, actions };
  };
  const { loadBalancer, port } = check();
  const server = await openPort(environment, loadBalancer, port, []);
  try {
    // Meanwhile a load balancer or a target group may have been deleted.
    const { actions } = check();
    const path = `${loadBalancer.path}/${newId()}`;
    const arnPrefix = `arn:aws:elasticloadbalancing:${environment.region}:${environment.accountId}`;
    const arn = `${arnPrefix}:listener/${path}`;
    const ruleArn = `${arnPrefix}:listener-rule/${path}/${newId()}`;
    const listener = { arn, loadBalancerArn: loadBalancer.arn, port, server, tags: tagMap(input.Tags) };
    state.listeners.set(arn, listener);
    state.rules.set(ruleArn, {
      arn: ruleArn,
      listenerArn: arn,
      priority: "default",
      conditions: [],
      actions,
      tags: new Map(),
    });
    return listener;
  } catch (error) {
    await server.close();
    throw error;
  }
}
