import { createKeptConnections, type KeptConnections } from "./kept-connections.ts";
import { createTrafficMeter, type TrafficMeter } from "./traffic-meter.ts";

/** One registered target in the data plane, with its kept connections. */
export interface PoolMember {
  /** The VPC's address of the target, as registered. */
  readonly address: string;
  readonly port: number;
  readonly connections: KeptConnections;
}

export interface TargetPool {
  /**
   * Healthy members take the traffic. Without any, all unhealthy ones do: the load balancer fails open (Application
   * Load Balancers guide, "Target group health"). Members in neither list get no new request.
   */
  update(members: {
    readonly healthy: readonly PoolMember[];
    readonly unhealthy: readonly PoolMember[];
  }): void;
  /** Round robin; undefined when no member may take a request. */
  next(): PoolMember | undefined;
  readonly meter: TrafficMeter;
}

export function createPoolMember(address: string, port: number): PoolMember {
  return { address, port, connections: createKeptConnections() };
}

export function createTargetPool(): TargetPool {
  let eligible: readonly PoolMember[] = [];
  let turn = 0;
  return {
    meter: createTrafficMeter(),
    update({ healthy, unhealthy }) {
      eligible = healthy.length > 0 ? healthy : unhealthy;
    },
    next() {
      if (eligible.length === 0) return undefined;
      turn = (turn + 1) % eligible.length;
      return eligible[turn];
    },
  };
}

/**
 * Chooses in proportion to the weights by smooth weighted round robin: in every run of as many choices as the sum of
 * the weights, each option comes up exactly as often as its weight. Weight 0 is never chosen; when every weight is 0
 * the result is undefined.
 */
export function createWeightedChoice<Option>(
  options: readonly { readonly option: Option; readonly weight: number }[],
): () => Option | undefined {
  const contenders = options
    .filter(({ weight }) => weight > 0)
    .map(({ option, weight }) => ({ option, weight, credit: 0 }));
  const first = contenders[0];
  if (first === undefined || contenders.length === 1) return () => first?.option;
  const total = contenders.reduce((sum, { weight }) => sum + weight, 0);
  return () => {
    let best = first;
    for (const contender of contenders) {
      contender.credit += contender.weight;
      if (contender.credit > best.credit) best = contender;
    }
    best.credit -= total;
    return best.option;
  };
}
