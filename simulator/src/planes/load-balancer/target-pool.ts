import { Agent } from "node:http";
import { createTrafficMeter, type TrafficMeter } from "./traffic-meter.ts";

/** One registered target as the data plane sees it, with the connections kept to it. */
export interface PoolMember {
  /** The VPC's address of the target, as registered. */
  readonly address: string;
  readonly port: number;
  readonly connections: Agent;
}

export interface TargetPool {
  /**
   * Healthy members take the traffic. Without any, all unhealthy ones do, for the load balancer fails open
   * (Application Load Balancers guide, "Target group health"). Members in neither list get no new request.
   */
  update(members: {
    readonly healthy: readonly PoolMember[];
    readonly unhealthy: readonly PoolMember[];
  }): void;
  /** Round robin; undefined when nobody may take a request. */
  next(): PoolMember | undefined;
  readonly meter: TrafficMeter;
}

/** Connections kept open per target while idle; more than the lab's load ever uses at once. */
const maxIdleConnections = 256;

export function createPoolMember(address: string, port: number): PoolMember {
  const connections = new Agent({ keepAlive: true, maxFreeSockets: maxIdleConnections });
  return { address, port, connections };
}

/** Closes idle connections; those in use close when their exchange ends. */
export function retirePoolMember({ connections }: PoolMember): void {
  connections.maxFreeSockets = 0;
  for (const sockets of Object.values(connections.freeSockets)) {
    for (const socket of sockets ?? []) socket.destroy();
  }
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
