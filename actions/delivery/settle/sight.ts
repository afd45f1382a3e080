import type { ContainerDefinition, Service, Task } from "@aws-sdk/client-ecs";
import type {
  ElasticLoadBalancingV2Client,
  TargetHealthDescription,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { balancingName } from "../../core/arn.ts";
import { isAccessDenied } from "../../core/aws-errors.ts";
import type { EcsContext } from "../../ecs/context.ts";
import type { FailedTask } from "../../ecs/failed-task.ts";
import { describeRevision } from "../../ecs/revision.ts";
import { describeTasks, findService, listTasks, type RunningService } from "../../ecs/service.ts";
import type { Clients } from "../context.ts";
import { belongsTo, findFailedTasks, type Replacement } from "../diagnosis/watch-tasks.ts";

export interface SightContext extends EcsContext {
  readonly clients: EcsContext["clients"] & Pick<Clients, "elbv2" | "cloudwatch">;
}

/** State of a revision's tasks at one moment. */
export interface Sight {
  readonly service: RunningService;
  /** Tasks that run; where the role may not read them, as the service counts them. */
  readonly running: number;
  /** Tasks that stopped by themselves, oldest first, as far as AWS still shows them. */
  readonly failed: readonly FailedTask[];
  /** Names the tasks and targets that are missing until all serve; "" when none is. */
  readonly missing: string;
  /** Targets or containers that fail their health checks, except of tasks that start; "" without any. */
  readonly unhealthy: string;
  /** Tasks are on their way: AWS itself gives them up when they fail. */
  readonly isStarting: boolean;
  /** When the newest running task started, in milliseconds since the epoch; undefined where that is not seen. */
  readonly upSince: number | undefined;
  /** Tasks of another revision serve next to them. */
  readonly isShared: boolean;
}

/** Reads that AWS denied, each once, such as `stopped tasks (ecs:ListTasks)`. */
export type Unseen = Set<string>;

/** Returns a function for reads: it returns undefined, and warns once, where the role may not do one. */
export function createReader({ log }: Pick<SightContext, "log">, unseen: Unseen) {
  return async <T>(what: string, action: string, call: () => Promise<T>): Promise<T | undefined> => {
    if ([...unseen].some((each) => each.startsWith(what))) return undefined;
    try {
      return await call();
    } catch (error) {
      if (!isAccessDenied(error)) throw error;
      const denied = /perform: (\w+:\w+)/.exec((error as Error).message)?.[1] ?? action;
      unseen.add(`${what} (${denied})`);
      log.warning(`Cannot see ${what} while the tasks settle: the role lacks ${denied}.`);
      return undefined;
    }
  };
}

type Read = ReturnType<typeof createReader>;

/** The function returns those of the alarms that went off since `since`; one that was in ALARM before has other causes. */
function createAlarmReader({ clients, signal }: SightContext, read: Read) {
  return async (names: readonly string[], since: Date | undefined): Promise<readonly string[]> => {
    if (names.length === 0 || !since) return [];
    const { readAlarms } = await import("../diagnosis/alarms.ts");
    const found = await read("alarms", "cloudwatch:DescribeAlarms", async () =>
      readAlarms(await clients.cloudwatch(), names, { abortSignal: signal }),
    );
    return (found ?? [])
      .filter((alarm) => alarm.state === "ALARM" && alarm.since !== undefined && alarm.since > since)
      .map(({ name }) => name);
  };
}

function createHealthReader({ clients, signal }: SightContext, read: Read) {
  let elbv2: Promise<ElasticLoadBalancingV2Client> | undefined;
  return async (TargetGroupArn: string): Promise<TargetHealthDescription[] | undefined> => {
    elbv2 ??= clients.elbv2();
    const { DescribeTargetHealthCommand } = await import("@aws-sdk/client-elastic-load-balancing-v2");
    const command = new DescribeTargetHealthCommand({ TargetGroupArn });
    const send = async () =>
      (await (await elbv2)?.send(command, { abortSignal: signal }))?.TargetHealthDescriptions ?? [];
    return read("target health", "elasticloadbalancing:DescribeTargetHealth", send);
  };
}

/** Returns a function that reads the tasks and their targets; it remembers stopped tasks and what it may not read. */
export function createSightReader(context: SightContext, unseen: Unseen) {
  const read = createReader(context, unseen);
  const stopped = new Map<string, Task>();
  /** When each task was seen first, in milliseconds since the epoch; −∞ once it has served, and no longer starts. */
  const seen = new Map<string | undefined, number>();
  let known: RunningService | undefined;
  let containers: readonly ContainerDefinition[] | undefined;
  const healthOf = createHealthReader(context, read);

  return {
    alarmsSince: createAlarmReader(context, read),
    /** Reads the service again only if `isFresh`. */
    async look(subject: Replacement, isFresh: boolean): Promise<Sight> {
      const { cluster, service: serviceName } = subject;
      const [service, tasks, failed = []] = await Promise.all([
        isFresh || !known ? findService(context, subject) : known,
        read("running tasks", "ecs:ListTasks", async () =>
          describeTasks(context, cluster, await listTasks(context, { cluster, serviceName })),
        ),
        read("stopped tasks", "ecs:ListTasks", () => findFailedTasks(context, subject, stopped)),
      ]);
      known = service;
      const ours = tasks?.filter((task) => belongsTo(task, subject) && task.desiredStatus !== "STOPPED");
      const running = ours?.filter(({ lastStatus }) => lastStatus === "RUNNING");
      containers ??= await read("container definitions", "ecs:DescribeTaskDefinition", async () => {
        const found = await describeRevision(context, subject.revision);
        return found?.taskDefinition?.containerDefinitions ?? [];
      });
      const young = running?.filter((task) => isYoung(task, service)) ?? [];
      const targets = await targetsOf(service, subject, running, young);
      const count = running?.length ?? service.production.runningCount;
      const inHealth = (health: string) =>
        running?.filter(({ healthStatus }) => healthStatus === health) ?? [];
      const passing = running && hasHealthChecks(containers) ? inHealth("HEALTHY").length : count;
      const sick = inHealth("UNHEALTHY");
      const failing = sick.filter((task) => !young.includes(task)).length;
      const wanted = Math.max(service.production.desiredCount, ours?.length ?? 0);
      const missing = [
        count < wanted && `${count} of ${wanted} tasks run`,
        passing < count && `${passing} of ${count} tasks pass their containers' health checks`,
        ...targets.map((each) => each.missing),
      ].filter(Boolean);
      if (missing.length === 0)
        for (const { taskArn } of running ?? []) seen.set(taskArn, Number.NEGATIVE_INFINITY);
      const startedAt = running?.flatMap((task) => task.startedAt?.getTime() ?? []) ?? [];
      return {
        service,
        running: count,
        failed,
        missing: missing.join("; "),
        unhealthy: [
          failing > 0 && `${failing} tasks fail their containers' health checks`,
          ...targets.map((each) => each.unhealthy),
        ]
          .filter(Boolean)
          .join("; "),
        isStarting:
          count < (ours?.length ?? 0) ||
          young.length > 0 ||
          passing + sick.length < count ||
          targets.some(({ initial }) => initial > 0),
        upSince: startedAt.length > 0 ? Math.max(...startedAt) : undefined,
        isShared: targets.some(({ others }) => others > 0),
      };
    },
  };

  /**
   * ECS ignores failed health checks until the grace period after a task's start is over (API reference, CreateService).
   * The runner's clock may be behind AWS's: then the time since the first sight counts.
   */
  function isYoung({ taskArn, startedAt }: Task, { service }: RunningService): boolean {
    const now = context.clock.now();
    const seenAt = seen.get(taskArn) ?? now;
    seen.set(taskArn, seenAt);
    const age = now - Math.min(seenAt, startedAt?.getTime() ?? seenAt);
    return age < (service.healthCheckGracePeriodSeconds ?? 0) * 1_000;
  }

  /** Returns the state of each of the service's load balancers; of two target groups, the one that has the tasks. */
  async function targetsOf(
    { service }: RunningService,
    subject: Replacement,
    running: readonly Task[] | undefined,
    young: readonly Task[],
  ) {
    const found = await Promise.all(
      groupsOf(service, subject).map(async (groups) => {
        const healths = await Promise.all(groups.map(healthOf));
        const states = groups.flatMap((arn, index) => {
          const targets = healths[index];
          return targets ? stateOf(arn, targets, { running, young, desired: service.desiredCount }) : [];
        });
        return states.toSorted((one, other) => other.healthy - one.healthy || other.failing - one.failing)[0];
      }),
    );
    return found.filter((state) => state !== undefined);
  }
}

/** Lists the target groups of each load balancer: two for ECS's own blue/green, else one. */
function groupsOf({ taskSets = [], loadBalancers = [] }: Service, { startedBy }: Replacement): string[][] {
  const set =
    taskSets.find(({ id }) => id === startedBy) ?? taskSets.find(({ status }) => status === "PRIMARY");
  return (set?.loadBalancers ?? loadBalancers).map(({ targetGroupArn, advancedConfiguration }) =>
    [targetGroupArn, advancedConfiguration?.alternateTargetGroupArn].flatMap((arn) => arn ?? []),
  );
}

interface Tasks {
  readonly running: readonly Task[] | undefined;
  readonly young: readonly Task[];
  readonly desired: number | undefined;
}

function stateOf(
  arn: string,
  targets: readonly TargetHealthDescription[],
  { running = [], young, desired = 0 }: Tasks,
) {
  const ours = targetsOfTasks(targets, running);
  const others = targets.filter((each) => !ours.includes(each));
  const inState = (state: string, of = ours) =>
    of.filter(({ TargetHealth }) => TargetHealth?.State === state);
  const wanted = running.length || desired;
  const healthy = Math.min(inState("healthy").length, wanted);
  const unhealthy = inState("unhealthy");
  const failing = unhealthy.length - targetsOfTasks(unhealthy, young).slice(0, young.length).length;
  const name = balancingName(arn);
  const { Description, Reason } = unhealthy[0]?.TargetHealth ?? {};
  const reason = Description ?? Reason;
  return {
    healthy,
    failing,
    initial: inState("initial").length,
    others: inState("healthy", others).length,
    missing: healthy < wanted ? `${healthy} of ${wanted} tasks are healthy targets of ${name}` : "",
    unhealthy:
      failing > 0 && healthy < wanted
        ? `${failing} of ${wanted} targets of ${name} are unhealthy${reason ? ` (${reason})` : ""}`
        : "",
  };
}

/** Returns the targets of these tasks: by their addresses, else all, as tasks without one share their instance's. */
export function targetsOfTasks(
  targets: readonly TargetHealthDescription[],
  tasks: readonly Task[],
): readonly TargetHealthDescription[] {
  const addresses = new Set(tasks.flatMap((task) => addressOf(task) ?? []));
  return addresses.size === 0 ? targets : targets.filter(({ Target }) => addresses.has(Target?.Id ?? ""));
}

/** Returns whether ECS waits for the container's own health check. */
export function hasHealthChecks(containers: readonly ContainerDefinition[] = []): boolean {
  return containers.some(({ healthCheck, essential = true }) => healthCheck && essential);
}

/** Returns the private address of a task with a network interface of its own. */
function addressOf({ attachments = [] }: Task): string | undefined {
  const details = attachments.flatMap((attachment) => attachment.details ?? []);
  return details.find(({ name }) => name === "privateIPv4Address")?.value;
}
