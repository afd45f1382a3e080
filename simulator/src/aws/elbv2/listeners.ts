import type {
  CreateListenerInput,
  Listener,
  ModifyListenerInput,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import type { Environment } from "../../environment.ts";
import { AwsError } from "../../errors.ts";
import { type ListenerServer, startListenerServer } from "../../planes/load-balancer/listener-server.ts";
import type { AwsClients, Operations } from "../api.ts";
import { normalizeActions } from "./actions.ts";
import { proxySettings } from "./load-balancer-attributes.ts";
import { page } from "./page.ts";
import { checkAssociations, compileRoutes } from "./routes.ts";
import {
  findListener,
  findLoadBalancer,
  type ListenerRecord,
  type LoadBalancerRecord,
  listenersOf,
  newId,
  type RuleRecord,
  rulesOf,
  type State,
  tagMap,
  validationError,
} from "./state.ts";

export interface Listeners {
  readonly operations: Operations<AwsClients["elbv2"]>;
  /** Puts the rules of a listener, as the state has them now, in force. */
  applyRules(listener: ListenerRecord): void;
  remove(listener: ListenerRecord): Promise<void>;
}

export function createListeners(environment: Environment, state: State, onUse: () => void): Listeners {
  const serve = (loadBalancer: LoadBalancerRecord, port: number, rules: readonly RuleRecord[]) =>
    startServer(environment, {
      listenerPort: port,
      settings: proxySettings(loadBalancer),
      routes: compileRoutes(state, rules, originOf(environment, port)),
    });
  const applyRules = (listener: ListenerRecord) => {
    const rules = rulesOf(state, listener.arn);
    listener.server.setRoutes(compileRoutes(state, rules, originOf(environment, listener.port)));
    onUse();
  };
  const remove = async (listener: ListenerRecord) => {
    state.listeners.delete(listener.arn);
    for (const rule of [...state.rules.values()]) {
      if (rule.listenerArn === listener.arn) state.rules.delete(rule.arn);
    }
    onUse();
    await listener.server.close();
  };
  return {
    applyRules,
    remove,
    operations: {
      createListener: async (input) => {
        const loadBalancer = findLoadBalancer(state, input.LoadBalancerArn);
        checkProperties(input);
        if (input.Protocol === undefined) throw validationError("A listener protocol must be specified");
        const port = checkPort(state, loadBalancer, input.Port);
        const actions = normalizeActions(state, input.DefaultActions);
        checkAssociations(state, loadBalancer.arn, actions);
        const path = `${loadBalancer.path}/${newId()}`;
        const arn = arnOf(environment, "listener", path);
        const rule: RuleRecord = {
          arn: arnOf(environment, "listener-rule", `${path}/${newId()}`),
          listenerArn: arn,
          priority: "default",
          conditions: [],
          actions,
          tags: new Map(),
        };
        const server = await serve(loadBalancer, port, [rule]);
        const listener = { arn, loadBalancerArn: loadBalancer.arn, port, server, tags: tagMap(input.Tags) };
        state.listeners.set(arn, listener);
        state.rules.set(rule.arn, rule);
        onUse();
        return { Listeners: [describe(state, listener)] };
      },
      describeListeners: (input) => {
        const { items, NextMarker } = page(selectListeners(state, input), input);
        return { Listeners: items.map((listener) => describe(state, listener)), NextMarker };
      },
      modifyListener: async (input) => {
        const listener = findListener(state, input.ListenerArn);
        checkProperties(input);
        const loadBalancer = findLoadBalancer(state, listener.loadBalancerArn);
        const defaultRule = rulesOf(state, listener.arn).at(-1) as RuleRecord;
        const actions = input.DefaultActions && normalizeActions(state, input.DefaultActions);
        if (actions) checkAssociations(state, loadBalancer.arn, actions);
        if (input.Port !== undefined && input.Port !== listener.port) {
          const port = checkPort(state, loadBalancer, input.Port);
          const previous = listener.server;
          listener.server = await serve(loadBalancer, port, rulesOf(state, listener.arn));
          listener.port = port;
          await previous.close();
        }
        if (actions) defaultRule.actions = actions;
        applyRules(listener);
        return { Listeners: [describe(state, listener)] };
      },
      deleteListener: async ({ ListenerArn }) => {
        await remove(findListener(state, ListenerArn));
        return {};
      },
    },
  };
}

function originOf({ listenerPortOffset }: Environment, listenerPort: number) {
  return { listenerPort, portOffset: listenerPortOffset };
}

function arnOf({ region, accountId }: Environment, type: string, path: string): string {
  return `arn:aws:elasticloadbalancing:${region}:${accountId}:${type}/${path}`;
}

function describe(state: State, { arn, loadBalancerArn, port }: ListenerRecord): Listener {
  return {
    ListenerArn: arn,
    LoadBalancerArn: loadBalancerArn,
    Port: port,
    Protocol: "HTTP",
    DefaultActions: rulesOf(state, arn).at(-1)?.actions,
  };
}

function checkProperties(input: CreateListenerInput | ModifyListenerInput): void {
  const { Protocol = "HTTP", SslPolicy, Certificates, AlpnPolicy, MutualAuthentication } = input;
  if (Protocol !== "HTTP") {
    throw validationError(`The simulator does not serve listeners of protocol '${Protocol}', only HTTP`);
  }
  for (const [name, value] of Object.entries({ SslPolicy, Certificates, AlpnPolicy, MutualAuthentication })) {
    if (value !== undefined) throw validationError(`An HTTP listener cannot have '${name}'`);
  }
}

function checkPort(state: State, loadBalancer: LoadBalancerRecord, port: number | undefined): number {
  if (port === undefined) throw validationError("A listener port must be specified");
  if (!Number.isInteger(port) || port < 1 || port > 65535) {
    throw validationError(`Listener port '${port}' must be between 1 and 65535`);
  }
  if (listenersOf(state, loadBalancer.arn).some((listener) => listener.port === port)) {
    throw new AwsError(
      "DuplicateListenerException",
      "A listener already exists on this port for this load balancer",
    );
  }
  return port;
}

/** The port on loopback may be taken by anything on this machine, so the error says which, and what to do. */
async function startServer(
  { network, listenerPortOffset }: Environment,
  options: Pick<Parameters<typeof startListenerServer>[0], "listenerPort" | "settings" | "routes">,
): Promise<ListenerServer> {
  const { listenerPort } = options;
  const servedPort = listenerPort + listenerPortOffset;
  try {
    return await startListenerServer({ ...options, network, servedPort });
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
