import type { Service, ServiceEvent } from "@aws-sdk/client-ecs";
import type { TargetGroup, TargetHealthDescription } from "@aws-sdk/client-elastic-load-balancing-v2";
import { withTolerance } from "../../core/findings.ts";
import { lacksWay } from "../../ecs/agent-causes.ts";
import type { EcsClients, EcsContext } from "../../ecs/context.ts";
import { type FailedTask, withLog } from "../../ecs/failed-task.ts";
import type { NetworkClients } from "../../ecs/network/clients.ts";
import type { Way } from "../../ecs/network/network.ts";
import { findService, type ServiceName } from "../../ecs/service.ts";
import { eventLines } from "../../ecs/task-causes.ts";
import type { Clients } from "../context.ts";
import type { RunningDeployment, Snapshot } from "../engine.ts";
import type { LifecycleEvent } from "../record.ts";
import { findFailedTasks, readContainers } from "./watch-tasks.ts";

/** Everything that may show why a deployment failed. */
export interface Evidence {
  readonly failedTasks: readonly FailedTask[];
  readonly failedEvent: LifecycleEvent | undefined;
  /** The hook that failed or timed out, where AWS lists hooks as such. */
  readonly hook?: LifecycleEvent | undefined;
  /** End of the log of the failed hook's function. */
  readonly hookLog?: readonly string[];
  /** Messages of the service since the deployment began, newest first. */
  readonly serviceEvents: readonly string[];
  /** The same for a reader: with their time, oldest first, with short names. */
  readonly eventLines: readonly string[];
  /**
   * Such as `Health checks failed with these codes: [503] (path /health, port 8080; target 10.0.1.7,
   * Target.ResponseCodeMismatch)`.
   */
  readonly unhealthyTargets: readonly string[];
  /** AWS's own reason for the end. */
  readonly reason: { readonly code: string; readonly message: string } | undefined;
  readonly by: RunningDeployment["by"];
  /** Names of the alarms that ended the deployment. */
  readonly triggeredAlarms: readonly string[];
  /** Ways that the tasks' network closes; read only if a connection got no response. */
  readonly ways?: readonly Way[];
  /** One text for each alarm that could be read, such as `TargetResponseTime p99 was 1.84, above 0.5`. */
  readonly alarmTexts: readonly string[];
}

/** The clients that the search for causes needs. */
interface EvidenceContext extends EcsContext {
  readonly clients: EcsClients & Pick<Clients, "elbv2" | "cloudwatch"> & Partial<NetworkClients>;
}

export interface Subject extends ServiceName {
  readonly revision: string;
}

/** The service that starts the new tasks, and the target groups in which they are registered. */
interface Carrier extends Pick<RunningDeployment, "by" | "hookFunction"> {
  targetGroups(service: Service): string[];
}

interface EndedSnapshot
  extends Pick<Snapshot, "startedBy" | "reason" | "triggeredAlarms" | "createdAt" | "events"> {
  /** Given for a deployment that ended some time ago: what happened later has other causes. */
  readonly endedAt?: Date | undefined;
}

export async function gatherEvidence(
  context: EvidenceContext,
  subject: Subject,
  { by, targetGroups, hookFunction }: Carrier,
  snapshot: EndedSnapshot,
): Promise<Evidence> {
  const { startedBy, reason, triggeredAlarms, createdAt, endedAt } = snapshot;
  const failedEvent = snapshot.events.find(({ status }) => status === "Failed");
  const hook = snapshot.events.find(
    (event) => event.hook !== undefined && /^(?:FAILED|TIMED_OUT)$/.test(event.status),
  );
  const [stoppedTasks, [service = {}], alarmTexts, hookLog] = await Promise.all([
    orNone(context, "stopped tasks", () => findFailedTasks(context, { ...subject, startedBy })),
    orNone(context, "the service", async () => [(await findService(context, subject)).service]),
    triggeredAlarms.length > 0
      ? orNone(context, "the alarm", async () => {
          const { describeAlarms } = await import("./alarms.ts");
          return describeAlarms(await context.clients.cloudwatch(), triggeredAlarms);
        })
      : [],
    orNone(context, "the hook's log", async () => {
      const target = hook?.hook ?? (failedEvent && (await hookFunction?.(failedEvent.name)));
      if (!target) return [];
      const { readFunctionLog } = await import("./function-log.ts");
      return readFunctionLog(context, target, createdAt);
    }),
  ]);
  // Without a task set's id, only the time excludes tasks of another deployment of the same revision.
  const failedTasks = stoppedTasks
    .filter(
      ({ stoppedAt }) =>
        startedBy || !endedAt || (stoppedAt >= Number(createdAt) && stoppedAt <= Number(endedAt)),
    )
    .map((task) => blameTarget(task, service, startedBy));
  const events = eventsOf(service, snapshot);
  const newest = failedTasks.at(-1);
  const definitions = () => readContainers(context, subject.revision);
  // Only the newest task's log is read; tasks of one crash loop log the same.
  const last = newest && (await withLog(context, await definitions(), newest));
  const unhealthy = await orNone(context, "target health", () =>
    unhealthyTargets(context, targetGroups(service)),
  );
  const said = [
    ...[last?.stoppedReason, last?.containerReason, ...(last?.logLines.slice(-20) ?? []), ...unhealthy],
    ...events.map(({ message }) => message),
  ].join("\n");
  const isCutOff = lacksWay(said) || /Availability Zone that is not enabled/i.test(said);
  return {
    failedTasks: last ? [...failedTasks.slice(0, -1), last] : failedTasks,
    ways: isCutOff
      ? await orNone(context, "the network", () => closedWays(context, subject, service, startedBy))
      : [],
    failedEvent,
    hook,
    hookLog,
    serviceEvents: events.map(({ message = "" }) => message),
    eventLines: eventLines(events),
    unhealthyTargets: unhealthy,
    reason,
    by,
    triggeredAlarms,
    alarmTexts,
  };
}

/** Returns what keeps the tasks from AWS or a database, or the load balancer from them. */
async function closedWays(
  context: EvidenceContext,
  { revision }: Subject,
  service: Service,
  startedBy: string | undefined,
): Promise<Way[]> {
  const { ec2, rds, ecr, elbv2 } = context.clients;
  if (!ec2 || !rds || !ecr) return [];
  const { findWays, tasksOf } = await import("../verify/networks.ts");
  const { taskSets = [] } = service;
  const set = taskSets.find(({ id }) => id === startedBy) ?? taskSets[0];
  const containerDefinitions = await readContainers(context, revision);
  const checking = {
    clients: { ec2, rds, ecr, elbv2 },
    taskDefinition: { family: undefined, containerDefinitions },
    service,
    signal: withTolerance(context.signal),
  };
  const { ways, unread } = await findWays(checking, tasksOf(service, set));
  if (unread.length > 0) context.log.info(`Could not read the network: ${unread.join("; ")}`);
  return ways;
}

/** The load balancer checks one container, whichever the codes of the others are. */
function blameTarget(
  task: FailedTask,
  { loadBalancers = [], taskSets = [] }: Service,
  startedBy?: string,
): FailedTask {
  if (!/ELB health/i.test(task.stoppedReason)) return task;
  const set = taskSets.find(({ id }) => id === startedBy) ?? taskSets[0];
  const container = (set?.loadBalancers ?? loadBalancers)[0]?.containerName;
  return container ? { ...task, container, exitCode: undefined, others: [] } : task;
}

/** Returns nothing when a read fails, so that one failed read does not hide the other evidence. */
async function orNone<T>(context: EvidenceContext, what: string, find: () => Promise<T[]>): Promise<T[]> {
  try {
    return await find();
  } catch (error) {
    context.log.info(`Could not read ${what}: ${(error as Error).message}`);
    return [];
  }
}

function eventsOf(
  { events = [] }: Service,
  { createdAt: since, endedAt: until }: EndedSnapshot,
): ServiceEvent[] {
  return events.filter(({ createdAt: at }) => !at || ((!since || at >= since) && (!until || at <= until)));
}

async function unhealthyTargets(context: EvidenceContext, groups: string[]): Promise<string[]> {
  if (groups.length === 0) return [];
  const { DescribeTargetGroupsCommand, DescribeTargetHealthCommand } = await import(
    "@aws-sdk/client-elastic-load-balancing-v2"
  );
  const client = await context.clients.elbv2();
  const [answers, checks] = await Promise.all([
    Promise.all(
      groups.map((TargetGroupArn) => client.send(new DescribeTargetHealthCommand({ TargetGroupArn }))),
    ),
    orNone(
      context,
      "the path of the health check",
      async () =>
        (await client.send(new DescribeTargetGroupsCommand({ TargetGroupArns: groups }))).TargetGroups ?? [],
    ),
  ]);
  return answers.flatMap(({ TargetHealthDescriptions = [] }, index) => {
    const check = checks.find(({ TargetGroupArn }) => TargetGroupArn === groups[index]);
    // The load balancer does not check targets in a zone without one of its subnets.
    const unhealthy = TargetHealthDescriptions.filter(
      ({ TargetHealth: { State, Description = "" } = {} }) =>
        State === "unhealthy" || /Availability Zone that is not enabled/i.test(Description),
    );
    return unhealthy.map((target) => sayTarget(target, check));
  });
}

/** Describes a target, with the health check's own words first. */
function sayTarget(
  { Target, TargetHealth }: TargetHealthDescription,
  check: TargetGroup | undefined,
): string {
  const { Reason = "unhealthy", Description } = TargetHealth ?? {};
  const port = check?.HealthCheckPort === "traffic-port" ? Target?.Port : check?.HealthCheckPort;
  const path = check?.HealthCheckPath ? `path ${check.HealthCheckPath}, ` : "";
  return `${Description ?? Reason} (${path}port ${port ?? Target?.Port}; target ${Target?.Id}, ${Reason})`;
}
