import type { ServiceDeployment } from "@aws-sdk/client-ecs";
import { runningOld } from "./snapshot.ts";

/**
 * Returns the milliseconds until all new tasks run, or all old ones are gone, at the pace so far. Undefined before any
 * change was seen, and for the last old task, which may be gone any moment.
 */
export function createRestTimes(): (deployment: ServiceDeployment, now: number) => number | undefined {
  const coming = createCountdown();
  const leaving = createCountdown();
  return (deployment, now) => {
    const { requestedTaskCount = 0, runningTaskCount = 0 } = deployment.targetServiceRevision ?? {};
    const old = runningOld(deployment);
    const rest = coming(requestedTaskCount - runningTaskCount, now);
    const oldRest = leaving(old, now);
    if (requestedTaskCount > runningTaskCount) return rest;
    return old > 1 ? oldRest : undefined;
  };
}

/** Estimates when a falling count reaches zero, by its pace since it was first seen. */
function createCountdown(): (count: number, now: number) => number | undefined {
  let first: { count: number; at: number } | undefined;
  let last = { count: 0, at: 0 };
  return (count, now) => {
    first ??= { count, at: now };
    if (count !== last.count) last = { count, at: now };
    const gone = first.count - count;
    return gone > 0 ? (count * (last.at - first.at)) / gone : undefined;
  };
}
