import { DescribeTargetGroupAttributesCommand } from "@aws-sdk/client-elastic-load-balancing-v2";
import { isAccessDenied } from "../../core/aws-errors.ts";
import type { ScaleContext } from "./context.ts";
import type { ProductionGroup } from "./production-groups.ts";

const minute = 60_000;
/** Placing tasks, pulling a large image, starting it and its first health checks; ECS itself sets no limit. */
const startMs = 15 * minute;
/** Fargate starts up to this many tasks of a service in a minute (ECS service quotas). */
const startsPerMinute = 500;
/** The longest stopTimeout (2 min), and the release of the network interface. */
const stopMs = 5 * minute;
/** ELB's default, in seconds. */
const defaultDelay = 300;

/** Waits during scaling; times are in seconds. */
export interface Waits {
  readonly from: number;
  readonly to: number;
  readonly gracePeriod: number;
  /** One per target group. */
  readonly deregistrationDelays: readonly number[];
}

/** Returns how many milliseconds the service may take until its tasks serve, or excess ones are gone. */
export function budgetOf({ from, to, gracePeriod, deregistrationDelays }: Waits): number {
  if (to < from) return Math.max(0, ...deregistrationDelays) * 1_000 + stopMs;
  return startMs + Math.floor((to - from) / startsPerMinute) * minute + gracePeriod * 1_000;
}

/** Returns seconds; AWS's default where the role may not read them. */
export async function readDeregistrationDelays(
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
      return Number(delay?.Value ?? defaultDelay);
    }),
  );
}
