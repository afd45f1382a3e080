import type { ServerResponse } from "node:http";
import type { Network } from "../network.ts";
import { sendErrorPage } from "./answers.ts";
import type { ProxySettings } from "./forwarded-headers.ts";
import type { PoolMember, TargetPool } from "./target-pool.ts";
import type { TrafficMeter } from "./traffic-meter.ts";

export interface ForwardContext {
  readonly network: Network;
  /** The listener's port as the API reports it. */
  readonly listenerPort: number;
  readonly settings: ProxySettings;
  /** Meter of the listener. */
  readonly meter: TrafficMeter;
}

/** The step from the load balancer to the chosen target. */
export interface Hop {
  readonly pool: TargetPool;
  readonly member: PoolMember;
  readonly context: ForwardContext;
}

/** Chooses a target; only a request with a target is counted (CloudWatch's RequestCount). */
export function countChosen(pool: TargetPool | undefined, { meter }: ForwardContext): PoolMember | undefined {
  const member = pool?.next();
  if (pool === undefined || member === undefined) return undefined;
  meter.countRequest();
  pool.meter.countRequest();
  return member;
}

/** Counts the target's response, and its time since the request was sent. */
export function countAnswer({ pool, context }: Hop, status: number, startedAt: number): void {
  const milliseconds = performance.now() - startedAt;
  context.meter.countTargetAnswer(status, milliseconds);
  pool.meter.countTargetAnswer(status, milliseconds);
}

/** Responds with the load balancer's own page and counts it. */
export function fail(response: ServerResponse, status: number, { meter }: ForwardContext): void {
  if (!response.headersSent) meter.countErrorPage(status);
  sendErrorPage(response, status);
}
