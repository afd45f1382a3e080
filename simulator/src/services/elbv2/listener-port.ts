import type { Environment } from "../../environment.ts";
import { AwsError } from "../../kit/errors.ts";
import type { Route } from "../../runtime/load-balancer/actions.ts";
import { type ListenerServer, startListenerServer } from "../../runtime/load-balancer/listener-server.ts";
import { proxySettings } from "./load-balancer-attributes.ts";
import { type LoadBalancerRecord, listenersOf, type State, validationError } from "./state.ts";

export function checkPort(state: State, loadBalancer: LoadBalancerRecord, port: number | undefined): number {
  if (port === undefined) throw validationError("A listener port must be specified");
  if (!Number.isInteger(port) || port < 1 || port > 65535) {
    throw validationError(`Listener port '${port}' must be between 1 and 65535`);
  }
  if (listenersOf(state, loadBalancer.arn).some((listener) => listener.port === port)) {
    throw new AwsError(
      "DuplicateListenerException",
      `A listener already exists on port ${port} of this load balancer`,
    );
  }
  return port;
}

/** The loopback port may be used by any program of this machine, so the error names the port and the next step. */
export async function openPort(
  { network, listenerPortOffset }: Environment,
  loadBalancer: LoadBalancerRecord,
  listenerPort: number,
  routes: readonly Route[],
): Promise<ListenerServer> {
  const servedPort = listenerPort + listenerPortOffset;
  const settings = proxySettings(loadBalancer);
  try {
    return await startListenerServer({ servedPort, listenerPort, network, settings, routes });
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
