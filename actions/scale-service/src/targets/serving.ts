import type { Task } from "@aws-sdk/client-ecs";
import {
  DescribeTargetHealthCommand,
  type TargetHealthDescription,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import type { ScaleContext } from "../context.ts";
import type { ProductionGroup } from "./production-groups.ts";

/**
 * Returns undefined once each of the tasks is a healthy target of each group and no other target drains; else what is
 * missing.
 */
export async function whatIsNotServing(
  context: ScaleContext,
  groups: readonly ProductionGroup[],
  tasks: readonly Task[],
): Promise<string | undefined> {
  for (const group of groups) {
    const missing = await missingIn(context, group, tasks);
    if (missing) return missing;
  }
  return undefined;
}

async function missingIn(
  context: ScaleContext,
  { arn: TargetGroupArn, name, listeners, group }: ProductionGroup,
  tasks: readonly Task[],
): Promise<string | undefined> {
  const elbv2 = await context.clients.elbv2();
  const { TargetHealthDescriptions: targets = [] } = await elbv2.send(
    new DescribeTargetHealthCommand({ TargetGroupArn }),
    { abortSignal: context.signal },
  );
  const healthy = healthyTasks(targets, tasks, group.TargetType === "ip");
  if (healthy < tasks.length)
    return `${healthy} of ${tasks.length} tasks are healthy targets of ${name}${others(targets)}`;
  const draining = targets.filter(({ TargetHealth }) => TargetHealth?.State === "draining").length;
  if (draining > 0) return `${draining} targets of ${name} are draining`;
  if (listeners.length === 0 && tasks.length > 0)
    return `target group ${name} is behind no listener: visitors cannot reach its tasks`;
  return undefined;
}

/** Tasks with an address of their own are found by it; others share an instance's, with a port that ECS chose. */
function healthyTasks(
  targets: readonly TargetHealthDescription[],
  tasks: readonly Task[],
  byAddress: boolean,
): number {
  const healthy = targets.filter(({ TargetHealth }) => TargetHealth?.State === "healthy");
  if (!byAddress) return Math.min(healthy.length, tasks.length);
  const addresses = healthy.map(({ Target }) => Target?.Id);
  return tasks.filter((task) => addresses.includes(addressOf(task))).length;
}

function addressOf({ attachments = [] }: Task): string | undefined {
  const details = attachments.flatMap((attachment) => attachment.details ?? []);
  return details.find(({ name }) => name === "privateIPv4Address")?.value;
}

/** Returns a text such as ` (1 initial, 2 unhealthy: Target.ResponseCodeMismatch)`. */
function others(targets: readonly TargetHealthDescription[]): string {
  const rest = targets.filter(({ TargetHealth }) => TargetHealth?.State !== "healthy");
  const states = Map.groupBy(rest, ({ TargetHealth }) => TargetHealth?.State ?? "unknown");
  const words = [...states].map(([state, ofState]) => {
    const reason = state === "unhealthy" ? `: ${ofState[0]?.TargetHealth?.Reason}` : "";
    return `${ofState.length} ${state}${reason}`;
  });
  return words.length > 0 ? ` (${words.join(", ")})` : "";
}
