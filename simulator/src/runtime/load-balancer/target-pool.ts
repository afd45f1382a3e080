import type { Client as UndiciClient } from "undici";
// The whole package includes fetch, web sockets, caches and mocks: 3 MB of heap that are not needed here.
import untyped from "undici/lib/dispatcher/client.js";
import type { Socket } from "../network.ts";
import { createTrafficMeter, type TrafficMeter } from "./traffic-meter.ts";

const Client: typeof UndiciClient = untyped;

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

/** A connection to a target, used by one exchange at a time. */
export interface KeptConnection {
  readonly client: Pick<UndiciClient, "dispatch">;
  /** Whether it has carried an exchange before: then the target may just have closed it. */
  readonly isReused: boolean;
  /** Ends its exchange, so that the next may follow. */
  release(): void;
  /** Closes it. */
  discard(): void;
}

interface KeptConnections {
  /** Returns an idle connection, or a new one. */
  take(socket: Socket): KeptConnection;
  hasIdle(): boolean;
  /** Closes idle connections; those in use close when their exchange ends. */
  retire(): void;
}

/** Kept idle connections per target; more than the lab's load ever uses at once. */
const maxIdle = 256;

/** Source: Application Load Balancers guide, "HTTP 504: Gateway timeout". */
export const connectTimeoutMs = 10_000;

interface Connection {
  readonly origin: string;
  readonly client: UndiciClient;
  isClosed: boolean;
}

/**
 * The most recently released one is used first, so that surplus ones become idle and close.
 *
 * @internal
 */
export function createKeptConnections(): KeptConnections {
  const idle: Connection[] = [];
  let retired = false;
  const drop = ({ client }: Connection) => void client.destroy();
  const connect = (origin: string): Connection => {
    const client = new Client(origin, { connect: { timeout: connectTimeoutMs } });
    const connection: Connection = { origin, client, isClosed: false };
    // A client would reconnect automatically; here it represents one connection.
    const onClosed = () => {
      connection.isClosed = true;
      const at = idle.indexOf(connection);
      if (at >= 0) idle.splice(at, 1).forEach(drop);
    };
    client.on("disconnect", onClosed).on("connectionError", onClosed);
    return connection;
  };
  const takeIdle = (origin: string): Connection | undefined => {
    for (let last = idle.pop(); last; last = idle.pop()) {
      if (last.origin === origin) return last;
      drop(last);
    }
    return undefined;
  };
  return {
    take({ host, port }) {
      const origin = `http://${host}:${port}`;
      const known = takeIdle(origin);
      const taken = known ?? connect(origin);
      return {
        client: taken.client,
        isReused: known !== undefined,
        release() {
          if (retired || taken.isClosed || idle.length >= maxIdle) drop(taken);
          else idle.push(taken);
        },
        discard: () => drop(taken),
      };
    },
    hasIdle: () => idle.length > 0,
    retire() {
      retired = true;
      idle.splice(0).forEach(drop);
    },
  };
}
