import type { Service, Task } from "@aws-sdk/client-ecs";
import {
  DescribeTargetHealthCommand,
  type TargetHealthDescription,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { type createReader, hasHealthChecks, targetsOfTasks } from "../../delivery/settle/sight.ts";
import { describeTasks, findService, listTasks, type RunningService } from "../../ecs/service.ts";
import type { ScaleContext } from "./context.ts";
import type { ScaleInputs } from "./inputs.ts";
import type { ProductionGroup } from "./production-groups.ts";
import type { Counts, Stage } from "./record.ts";
import type { Subject } from "./subject.ts";

/** How far the service has come at one moment. */
export interface Progress extends Counts {
  readonly stage: Stage;
  /** All tasks serve, although targets of former ones may still drain. */
  readonly serves: boolean;
  /** One line on what is missing for the next stage; empty when nothing is. */
  readonly missing: string;
  readonly running: number;
  readonly service: Service;
  /** Another revision, or task set, is in production than when scaling began. */
  readonly isReplaced: boolean;
}

export interface Range {
  readonly least: number;
  readonly most: number;
}

/** Reads the service's progress. Application Auto Scaling moves the count into `range`; undefined when it does not. */
export async function poll(
  context: ScaleContext,
  inputs: ScaleInputs,
  subject: Subject,
  { range, read }: { range: Range | undefined; read: ReturnType<typeof createReader> },
): Promise<Progress> {
  const found = await findService(context, inputs);
  const { service, production } = found;
  const counts = { desired: service.desiredCount ?? 0, running: production.runningCount };
  const progress = { ...counts, service, isReplaced: isReplaced(subject.running, found), serves: false };
  const uncounted = whatDoesNotRun(found, range);
  if (uncounted) return { ...progress, stage: "requested", missing: uncounted };
  const tasks = await read("running tasks", "ecs:ListTasks", () => runningTasks(context, inputs));
  if (tasks && tasks.length !== counts.desired)
    return { ...progress, stage: "requested", missing: `${tasks.length} of ${counts.desired} tasks run` };
  const unhealthy = tasks && whatIsNotHealthy(subject, tasks);
  if (unhealthy) return { ...progress, stage: "running", missing: unhealthy };
  const unserving = await whatIsNotServing(context, subject.groups, tasks ?? [], counts.desired);
  const serves = !unserving || /draining$/.test(unserving);
  if (unserving) return { ...progress, serves, stage: "healthy", missing: unserving };
  return { ...progress, serves, stage: "serving", missing: "" };
}

function isReplaced(before: RunningService, now: RunningService): boolean {
  return before.revision !== now.revision || before.primary?.id !== now.primary?.id;
}

function whatDoesNotRun(
  { service, production }: RunningService,
  range: Range | undefined,
): string | undefined {
  const { desiredCount = 0, runningCount = 0, pendingCount = 0, taskSets = [], deployments = [] } = service;
  if (range && (desiredCount < range.least || desiredCount > range.most))
    return `autoscaling has not yet moved the ${desiredCount} tasks into the range of ${range.least} to ${range.most}`;
  if (taskSets.some(({ status }) => status === "ACTIVE") || deployments.length > 1)
    return "a deployment is in progress";
  if (production.runningCount === desiredCount && runningCount === desiredCount && pendingCount === 0)
    return undefined;
  const pending = pendingCount > 0 ? `, ${pendingCount} pending` : "";
  return `${runningCount} of ${desiredCount} tasks run${pending}`;
}

function whatIsNotHealthy({ containers }: Subject, tasks: readonly Task[]): string | undefined {
  if (!hasHealthChecks(containers)) return undefined;
  const healthy = tasks.filter(({ healthStatus }) => healthStatus === "HEALTHY").length;
  return healthy === tasks.length
    ? undefined
    : `${healthy} of ${tasks.length} tasks pass their containers' health checks`;
}

/** Omits tasks that are about to stop. */
async function runningTasks(context: ScaleContext, { cluster, service }: ScaleInputs): Promise<Task[]> {
  const arns = await listTasks(context, { cluster, serviceName: service, desiredStatus: "RUNNING" });
  const tasks = await describeTasks(context, cluster, arns);
  return tasks.filter(({ lastStatus }) => lastStatus === "RUNNING");
}

/**
 * Returns undefined once each of the tasks is a healthy target of each group and no other target drains; else what is
 * missing.
 */
async function whatIsNotServing(
  context: ScaleContext,
  groups: readonly ProductionGroup[],
  tasks: readonly Task[],
  wanted: number,
): Promise<string | undefined> {
  for (const group of groups) {
    const missing = await missingIn(context, group, tasks, wanted);
    if (missing) return missing;
  }
  return undefined;
}

async function missingIn(
  context: ScaleContext,
  { arn: TargetGroupArn, name, isReachable }: ProductionGroup,
  tasks: readonly Task[],
  wanted: number,
): Promise<string | undefined> {
  const elbv2 = await context.clients.elbv2();
  const { TargetHealthDescriptions: targets = [] } = await elbv2.send(
    new DescribeTargetHealthCommand({ TargetGroupArn }),
    { abortSignal: context.signal },
  );
  const ofTasks = targetsOfTasks(targets, tasks).filter(
    ({ TargetHealth }) => TargetHealth?.State === "healthy",
  );
  const healthy = Math.min(ofTasks.length, wanted);
  if (healthy < wanted)
    return `${healthy} of ${wanted} tasks are healthy targets of ${name}${others(targets)}`;
  const draining = targets.filter(({ TargetHealth }) => TargetHealth?.State === "draining").length;
  if (draining > 0) return `${draining} targets of ${name} are draining`;
  if (!isReachable && wanted > 0)
    return `target group ${name} is behind no listener: visitors cannot reach its tasks`;
  return undefined;
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
