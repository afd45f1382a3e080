import type { ContainerDefinition, Task } from "@aws-sdk/client-ecs";
import { DescribeTaskDefinitionCommand } from "@aws-sdk/client-ecs";
import type { TargetHealthDescription } from "@aws-sdk/client-elastic-load-balancing-v2";
import type { FailedTask } from "../../../shared/ecs/failed-task.ts";
import { readLogTail } from "../../../shared/ecs/log-tail.ts";
import { findService } from "../../../shared/ecs/service.ts";
import type { World } from "../clients.ts";
import type { Snapshot } from "../codedeploy/snapshot.ts";
import type { LifecycleEvent } from "../record.ts";
import { findFailedTasks, type Replacement } from "./failed-tasks.ts";

/** Everything that may tell why a deployment failed. */
export interface Evidence {
  readonly failedTasks: readonly FailedTask[];
  readonly failedEvent: LifecycleEvent | undefined;
  /** Messages of the service since the deployment began, newest first. */
  readonly serviceEvents: readonly string[];
  /** Such as `10.0.1.7:8080 unhealthy: Target.ResponseCodeMismatch (Health checks failed with these codes: [503])`. */
  readonly unhealthyTargets: readonly string[];
  readonly error: { readonly code: string; readonly message: string } | undefined;
  readonly rollbackMessage: string | undefined;
}

/** The newest, whose log is read; tasks of one crash loop say the same. */
const tasksWithLog = 1;

export async function gatherEvidence(
  world: World,
  replacement: Replacement,
  snapshot: Snapshot,
): Promise<Evidence> {
  const known = new Map<string, Task>();
  const failedTasks = await orNone(world, "stopped tasks", () => findFailedTasks(world, replacement, known));
  const { errorInformation: error, rollbackInfo, createTime } = snapshot.info;
  return {
    failedTasks: [
      ...failedTasks.slice(0, -tasksWithLog),
      ...(await withLogs(world, replacement.revision, failedTasks.slice(-tasksWithLog))),
    ],
    failedEvent: snapshot.events.find(({ status }) => status === "Failed"),
    serviceEvents: await orNone(world, "service events", () => serviceEvents(world, replacement, createTime)),
    unhealthyTargets: await orNone(world, "target health", () => unhealthyTargets(world, replacement)),
    error: error && { code: error.code ?? "", message: error.message ?? "" },
    rollbackMessage: rollbackInfo?.rollbackMessage,
  };
}

/** One thing that cannot be looked up must not hide the others. */
async function orNone<T>(world: World, what: string, find: () => Promise<T[]>): Promise<T[]> {
  try {
    return await find();
  } catch (error) {
    world.log.info(`Could not look up ${what}: ${(error as Error).message}`);
    return [];
  }
}

async function withLogs(world: World, revision: string, tasks: readonly FailedTask[]): Promise<FailedTask[]> {
  if (tasks.length === 0) return [];
  const containers = await orNone(world, "the revision's containers", () => containersOf(world, revision));
  return Promise.all(
    tasks.map(async (task) => {
      const container = containers.find(({ name }) => name === task.container);
      return { ...task, logLines: await readLogTail(world, container, task.taskId) };
    }),
  );
}

async function containersOf(world: World, taskDefinition: string): Promise<ContainerDefinition[]> {
  const described = await world.clients.ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition }));
  return described.taskDefinition?.containerDefinitions ?? [];
}

async function serviceEvents(
  world: World,
  replacement: Replacement,
  since: Date | undefined,
): Promise<string[]> {
  const { service } = await findService(world, replacement);
  return (service.events ?? [])
    .filter(({ createdAt }) => !since || !createdAt || createdAt >= since)
    .map(({ message = "" }) => message);
}

async function unhealthyTargets(world: World, replacement: Replacement): Promise<string[]> {
  const { service } = await findService(world, replacement);
  const green = service.taskSets?.find(({ id }) => id === replacement.taskSet);
  const groups = (green?.loadBalancers ?? []).flatMap(({ targetGroupArn }) => targetGroupArn ?? []);
  if (groups.length === 0) return [];
  const { DescribeTargetHealthCommand } = await import("@aws-sdk/client-elastic-load-balancing-v2");
  const client = await world.clients.elbv2();
  const answers = await Promise.all(
    groups.map((TargetGroupArn) => client.send(new DescribeTargetHealthCommand({ TargetGroupArn }))),
  );
  return answers.flatMap(({ TargetHealthDescriptions = [] }) =>
    TargetHealthDescriptions.filter(({ TargetHealth }) => TargetHealth?.State === "unhealthy").map(sayTarget),
  );
}

function sayTarget({ Target, TargetHealth }: TargetHealthDescription): string {
  const { State, Reason, Description } = TargetHealth ?? {};
  return `${Target?.Id}:${Target?.Port} ${State}: ${Reason} (${Description})`;
}
