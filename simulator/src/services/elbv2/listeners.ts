import type {
  Action,
  CreateListenerInput,
  Listener,
  ModifyListenerInput,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import type { Environment } from "../../environment.ts";
import { AwsError } from "../../kit/errors.ts";
import { compileConditions } from "../../runtime/load-balancer/conditions.ts";
import {
  type ListenerServer,
  type Route,
  startListenerServer,
} from "../../runtime/load-balancer/listener-server.ts";
import { createWeightedChoice } from "../../runtime/load-balancer/target-pool.ts";
import type { Operations } from "../api.ts";
import { normalizeActions } from "./actions.ts";
import { idleTimeoutMs } from "./attributes.ts";
import { isTargetClosed, listenerFilter } from "./reach.ts";
import {
  checkPortNumber,
  defaultRuleOf,
  findListener,
  findLoadBalancer,
  findTargetGroup,
  type ListenerRecord,
  type LoadBalancerRecord,
  listenersOf,
  newId,
  page,
  rulesOf,
  type State,
  tagMap,
  validationError,
} from "./state.ts";

export interface Listeners {
  readonly operations: Operations<"elbv2">;
  /** Applies the current rules of a listener. */
  applyRules(listener: ListenerRecord): void;
  remove(listener: ListenerRecord): Promise<void>;
}

/** `onUse` is called whenever target groups may have come into use or gone out of it. */
export function createListeners(environment: Environment, state: State, onUse: () => void): Listeners {
  const applyRules = (listener: ListenerRecord) => {
    listener.server.setRoutes(compileRoutes(state, listener.arn));
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

/** Returns the rules of a listener in their order of evaluation, for the data plane. */
function compileRoutes(state: State, listenerArn: string): Route[] {
  return rulesOf(state, listenerArn).map((rule) => ({
    matches: rule.priority === "default" ? () => true : compileConditions(rule.conditions),
    action: compileAction(state, rule.actions[0]),
  }));
}

function compileAction(
  state: State,
  { FixedResponseConfig: fixed, ForwardConfig }: Action = { Type: "forward" },
): Route["action"] {
  if (fixed) {
    const { ContentType: contentType, MessageBody: body } = fixed;
    return { type: "answer", answer: { status: Number(fixed.StatusCode), contentType, body } };
  }
  const groups = (ForwardConfig?.TargetGroups ?? []).map(({ TargetGroupArn, Weight = 1 }) => ({
    option: findTargetGroup(state, TargetGroupArn).pool,
    weight: Weight,
  }));
  return { type: "forward", choosePool: createWeightedChoice(groups) };
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
  if (asked.LoadBalancerArn === undefined)
    throw validationError("You must specify either listener ARNs or a load balancer ARN");
  return listenersOf(state, findLoadBalancer(state, asked.LoadBalancerArn).arn);
}

/** Changes the state and, if requested, moves to another port; the caller applies the rules. */
async function changeListener(
  environment: Environment,
  state: State,
  input: ModifyListenerInput,
): Promise<ListenerRecord> {
  checkProperties(input);
  const listener = findListener(state, input.ListenerArn);
  const actions =
    input.DefaultActions && normalizeActions(state, listener.loadBalancerArn, input.DefaultActions);
  if (input.Port !== undefined && input.Port !== listener.port)
    await movePort(environment, state, listener, input.Port);
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
  const server = await openPort(environment, loadBalancer, port, compileRoutes(state, listener.arn));
  if (!state.listeners.has(listener.arn)) {
    await server.close();
    findListener(state, listener.arn);
  }
  const previous = listener.server;
  Object.assign(listener, { server, port });
  await previous.close();
}

/** Opens the port and adds the listener with its default rule to the state; changes nothing on failure. */
async function createListener(
  environment: Environment,
  state: State,
  input: CreateListenerInput,
): Promise<ListenerRecord> {
  const check = () => {
    checkProperties(input);
    if (input.Protocol === undefined) throw validationError("A listener protocol must be specified");
    const loadBalancer = findLoadBalancer(state, input.LoadBalancerArn);
    const port = checkPort(state, loadBalancer, input.Port);
    const actions = normalizeActions(state, loadBalancer.arn, input.DefaultActions);
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

function checkProperties(input: CreateListenerInput | ModifyListenerInput): void {
  const { Protocol = "HTTP", SslPolicy, Certificates, AlpnPolicy, MutualAuthentication } = input;
  if (Protocol !== "HTTP")
    throw validationError(`The simulator does not serve listeners of protocol '${Protocol}', only HTTP`);
  for (const [name, value] of Object.entries({ SslPolicy, Certificates, AlpnPolicy, MutualAuthentication })) {
    if (value !== undefined) throw validationError(`An HTTP listener cannot have '${name}'`);
  }
}

function checkPort(state: State, loadBalancer: LoadBalancerRecord, port: number | undefined): number {
  if (port === undefined) throw validationError("A listener port must be specified");
  checkPortNumber("Listener port", port);
  if (listenersOf(state, loadBalancer.arn).some((listener) => listener.port === port))
    throw new AwsError(
      "DuplicateListenerException",
      `A listener already exists on port ${port} of this load balancer`,
    );
  return port;
}

/** The loopback port may be used by any program of this machine, so the error names the port and the next step. */
async function openPort(
  environment: Environment,
  loadBalancer: LoadBalancerRecord,
  listenerPort: number,
  routes: readonly Route[],
): Promise<ListenerServer> {
  const { network, clock } = environment;
  const servedPort = listenerPort + environment.listenerPortOffset;
  const idleTimeout = idleTimeoutMs(loadBalancer);
  try {
    const server = await startListenerServer({
      ...{ servedPort, listenerPort, network, clock, idleTimeout, routes },
      isClosed: listenerFilter(environment, loadBalancer, listenerPort),
      isTargetClosed: (target) => isTargetClosed(environment, loadBalancer, target),
    });
    environment.onListener(servedPort, true);
    const close = () => server.close().then(() => environment.onListener(servedPort, false));
    return { ...server, close };
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    const cause = code === "EADDRINUSE" ? "is taken" : `cannot be used (${code ?? error})`;
    throw new AwsError(
      "InvalidConfigurationRequestException",
      `Listener port ${listenerPort} is served on 127.0.0.1:${servedPort}, which ${cause}: ` +
        "free that port, or start the simulator with another listener port offset",
    );
  }
}
