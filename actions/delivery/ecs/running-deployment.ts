import type { Service, ServiceDeployment } from "@aws-sdk/client-ecs";
import type { DeliveryContext } from "../context.ts";
import type { RunningDeployment } from "../engine.ts";
import { continueServiceDeployment, stopServiceDeployment } from "../stop.ts";
import { createHistory, createQuietTimes } from "./history.ts";
import {
  describeServiceDeployment,
  isOngoing,
  type ListDeployments,
  shortId,
} from "./service-deployments.ts";
import { snapshotOf } from "./snapshot.ts";

/** A rollback of a rolling update starts old tasks again; one of the other strategies drains the new ones. */
const settleMs = 15 * 60_000;

/**
 * `startedBy` is the id of the service's primary deployment, which its tasks carry; `oldTasks` ran when it began,
 * infinity if that is unknown.
 */
export function runningDeployment(
  context: DeliveryContext,
  list: ListDeployments,
  arn: string,
  startedBy: string | undefined,
  oldTasks: number,
  drainMs?: number,
): RunningDeployment {
  const history = createHistory();
  const quiet = createQuietTimes(drainMs);
  return {
    controller: "ECS",
    id: arn,
    name: `service deployment ${shortId(arn)}`,
    by: "ECS",
    initialTraffic: oldTasks > 0 ? { blue: 100, green: 0 } : undefined,
    settleMs,
    drainMs,
    async poll(signal) {
      const found = await describeServiceDeployment(context, arn, signal);
      const now = context.clock.now();
      const events = history(found, now);
      const quietUntil = quiet(found, now);
      const successor = found.status === "STOPPED" ? await findSuccessor(found, signal) : undefined;
      return snapshotOf(found, { events, startedBy, successor, quietUntil, oldTasks });
    },
    stop: (how) => stopServiceDeployment(context, arn, how),
    async proceed() {
      const { lifecycleHookDetails = [] } = await describeServiceDeployment(context, arn, context.signal);
      const hook = lifecycleHookDetails.find(({ status }) => status === "AWAITING_ACTION");
      return hook?.hookId !== undefined && continueServiceDeployment(context, arn, hook.hookId);
    },
    targetGroups: targetGroupsOf,
  };

  /** Finds the deployment that stopped this one; ECS has no field for it. */
  async function findSuccessor({ createdAt }: ServiceDeployment, signal: AbortSignal | undefined) {
    const since = createdAt?.getTime() ?? 0;
    const others = (await list(signal)).filter((each) => each.serviceDeploymentArn !== arn);
    // A service has one deployment in progress: it is later than this one, regardless of the clocks.
    const successor = others.findLast((each) => isOngoing(each) || (each.createdAt?.getTime() ?? 0) >= since);
    return successor && shortId(successor.serviceDeploymentArn);
  }
}

/** Returns the target groups of a service that ECS deploys itself, in use or not. */
export function targetGroupsOf({ loadBalancers = [] }: Service): string[] {
  return loadBalancers.flatMap(({ targetGroupArn, advancedConfiguration }) =>
    [targetGroupArn, advancedConfiguration?.alternateTargetGroupArn].flatMap((arn) => arn ?? []),
  );
}
