import type { ModifyListenerInput } from "@aws-sdk/client-elastic-load-balancing-v2";
import type { Environment } from "../../environment.ts";
import { normalizeActions } from "./actions.ts";
import { checkPort, openPort } from "./listener-port.ts";
import { checkProperties } from "./listener-properties.ts";
import { checkAssociations, compileRoutes } from "./routes.ts";
import {
  defaultRuleOf,
  findListener,
  findLoadBalancer,
  type ListenerRecord,
  rulesOf,
  type State,
} from "./state.ts";

/** Changes the state and, if requested, moves to another port; the caller applies the rules. */
export async function changeListener(
  environment: Environment,
  state: State,
  input: ModifyListenerInput,
): Promise<ListenerRecord> {
  checkProperties(input);
  const listener = findListener(state, input.ListenerArn);
  const actions = input.DefaultActions && normalizeActions(state, input.DefaultActions);
  if (actions) checkAssociations(state, listener.loadBalancerArn, actions);
  if (input.Port !== undefined && input.Port !== listener.port) {
    await movePort(environment, state, listener, input.Port);
  }
  if (actions) defaultRuleOf(state, listener.arn).actions = actions;
  return listener;
}

/** The new port opens before the old one closes. */
async function movePort(
  environment: Environment,
  state: State,
  listener: ListenerRecord,
  wanted: number,
): Promise<void> {
  const loadBalancer = findLoadBalancer(state, listener.loadBalancerArn);
  const port = checkPort(state, loadBalancer, wanted);
  const origin = { listenerPort: port, portOffset: environment.listenerPortOffset };
  const routes = compileRoutes(state, rulesOf(state, listener.arn), origin);
  const server = await openPort(environment, loadBalancer, port, routes);
  if (!state.listeners.has(listener.arn)) {
    await server.close();
    findListener(state, listener.arn);
  }
  const previous = listener.server;
  Object.assign(listener, { server, port });
  await previous.close();
}
