import type { ContainerDefinition, Service } from "@aws-sdk/client-ecs";
import { DescribeTargetGroupAttributesCommand } from "@aws-sdk/client-elastic-load-balancing-v2";
import { isAccessDenied } from "../../core/aws-errors.ts";
import { formatDuration } from "../../core/duration.ts";
import type { ScaleContext } from "./context.ts";
import type { ProductionGroup } from "./production-groups.ts";

const minute = 60_000;
/** Placing tasks, pulling a large image and starting its containers; ECS itself sets no limit. */
const startMs = 10 * minute;
/** Fargate starts up to this many tasks of a service in a minute (ECS service quotas). */
const startsPerMinute = 500;
/** Stopping, and releasing the network interface. */
const stopMs = 3 * minute;
/**
 * Defaults in seconds. Sources: ECS API reference, HealthCheck and ContainerDefinition.stopTimeout; ELB API reference.
 */
const defaults = { interval: 30, retries: 3, stopTimeout: 30, deregistrationDelay: 300 };
/** ELB's own defaults. */
const defaultChecks = { interval: 30, threshold: 5 };

/** Waits during scaling. */
export interface Waits {
  readonly service: Service;
  readonly containers: readonly ContainerDefinition[];
  readonly groups: readonly ProductionGroup[];
  /** In seconds, one per group. */
  readonly deregistrationDelays: readonly number[];
  readonly from: number;
  readonly to: number;
}

export interface Budget {
  readonly ms: number;
  /** The parts of the sum, such as `10 min to start`. */
  readonly because: string;
}

/** Returns how long the service may take until its tasks serve, or excess ones are gone. */
export function budgetOf(waits: Waits): Budget {
  const parts = waits.to < waits.from ? partsIn(waits) : partsOut(waits);
  const given = parts.filter(([ms]) => ms > 0);
  return {
    ms: given.reduce((sum, [ms]) => sum + ms, 0),
    because: given.map(([ms, what]) => `${formatDuration(ms)} ${what}`).join(", "),
  };
}

type Part = readonly [ms: number, what: string];

function partsOut({ service, containers, groups, from, to }: Waits): Part[] {
  const checks = groups.map(
    ({ group }) =>
      (group.HealthCheckIntervalSeconds ?? defaultChecks.interval) *
      (group.HealthyThresholdCount ?? defaultChecks.threshold),
  );
  const ready = Math.max(service.healthCheckGracePeriodSeconds ?? 0, ...containers.map(secondsToHealthy));
  return [
    [
      startMs + Math.max(0, Math.ceil((to - from) / startsPerMinute) - 1) * minute,
      "to place and start tasks",
    ],
    [ready * 1_000, "for the containers to become healthy"],
    [Math.max(0, ...checks) * 1_000, "for the load balancer's health checks"],
  ];
}

/** Returns the seconds until the last try of a container's health check. */
function secondsToHealthy({ healthCheck }: ContainerDefinition): number {
  if (!healthCheck) return 0;
  const { startPeriod = 0, interval = defaults.interval, retries = defaults.retries } = healthCheck;
  return startPeriod + interval * retries;
}

function partsIn({ containers, deregistrationDelays }: Waits): Part[] {
  const stops = containers.map(({ stopTimeout = defaults.stopTimeout }) => stopTimeout);
  return [
    [Math.max(0, ...deregistrationDelays) * 1_000, "for connections to drain"],
    [Math.max(0, ...stops) * 1_000, "for containers to stop"],
    [stopMs, "for the tasks to be gone"],
  ];
}

/** Returns seconds; AWS's default where the role may not read them. */
export async function deregistrationDelays(
  context: ScaleContext,
  groups: readonly ProductionGroup[],
): Promise<number[]> {
  const elbv2 = await context.clients.elbv2();
  return Promise.all(
    groups.map(async ({ arn: TargetGroupArn }) => {
      const command = new DescribeTargetGroupAttributesCommand({ TargetGroupArn });
      const found = await elbv2.send(command, { abortSignal: context.signal }).catch((error: unknown) => {
        if (isAccessDenied(error)) return undefined;
        throw error;
      });
      const delay = found?.Attributes?.find(({ Key }) => Key === "deregistration_delay.timeout_seconds");
      return Number(delay?.Value ?? defaults.deregistrationDelay);
    }),
  );
}
