import type { Service, Task } from "@aws-sdk/client-ecs";
import {
  DescribeTargetHealthCommand,
  type ElasticLoadBalancingV2Client,
  type TargetHealthDescription,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { balancingName } from "../../core/arn.ts";
import { isAccessDenied } from "../../core/aws-errors.ts";
import type { EcsContext } from "../../ecs/context.ts";
import type { FailedTask } from "../../ecs/failed-task.ts";
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
  /** Targets or containers that fail their health checks; "" without any. */
  readonly unhealthy: string;
  /** Tasks of another revision serve next to them. */
  readonly isShared: boolean;
}

/** Reads that AWS denied, each once, such as `stopped tasks (ecs:ListTasks)`. */
export type Unseen = Set<string>;

/** Returns a function that reads the tasks and their targets; it remembers stopped tasks and what it may not read. */
export function createSightReader(context: SightContext, unseen: Unseen) {
  const stopped = new Map<string, Task>();
  let known: RunningService | undefined;
  let elbv2: Promise<ElasticLoadBalancingV2Client> | undefined;

  /** Returns undefined, and warns once, where the role may not read; other errors are thrown. */
  async function read<T>(what: string, action: string, call: () => Promise<T>): Promise<T | undefined> {
    if ([...unseen].some((each) => each.startsWith(what))) return undefined;
    try {
      return await call();
    } catch (error) {
      if (!isAccessDenied(error)) throw error;
      const denied = /perform: (\w+:\w+)/.exec((error as Error).message)?.[1] ?? action;
      unseen.add(`${what} (${denied})`);
      context.log.warning(`Cannot see ${what} while the tasks settle: the role lacks ${denied}.`);
      return undefined;
    }
  }

  async function healthOf(TargetGroupArn: string): Promise<TargetHealthDescription[] | undefined> {
    elbv2 ??= context.clients.elbv2();
    const command = new DescribeTargetHealthCommand({ TargetGroupArn });
    const options = { abortSignal: context.signal };
    const send = async () => (await (await elbv2)?.send(command, options))?.TargetHealthDescriptions ?? [];
    return read("target health", "elasticloadbalancing:DescribeTargetHealth", send);
  }

  return {
    /** Returns those of the alarms that went off since `since`; one that was in ALARM before has other causes. */
    async alarmsSince(names: readonly string[], since: Date | undefined): Promise<readonly string[]> {
      if (names.length === 0 || !since) return [];
      const { readAlarms } = await import("../diagnosis/alarms.ts");
      const found = await read("alarms", "cloudwatch:DescribeAlarms", async () =>
        readAlarms(await context.clients.cloudwatch(), names, { abortSignal: context.signal }),
      );
      return (found ?? [])
        .filter((alarm) => alarm.state === "ALARM" && alarm.since !== undefined && alarm.since > since)
        .map(({ name }) => name);
    },
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
      const targets = await targetsOf(service, subject, running);
      const sick = running?.filter(({ healthStatus }) => healthStatus === "UNHEALTHY") ?? [];
      const checks = sick.length > 0 ? [`${sick.length} tasks fail their containers' health checks`] : [];
      const count = running?.length ?? service.production.runningCount;
      const wanted = Math.max(service.production.desiredCount, ours?.length ?? 0);
      const lacking = count < wanted ? [`${count} of ${wanted} tasks run`] : [];
      return {
        service,
        running: count,
        failed,
        missing: [...lacking, ...checks, ...targets.map(({ missing }) => missing)].filter(Boolean).join("; "),
        unhealthy: [...checks, ...targets.map(({ unhealthy }) => unhealthy)].filter(Boolean).join("; "),
        isShared: targets.some(({ others }) => others > 0),
      };
    },
  };

  /** Returns the state of each of the service's load balancers; of two target groups, the one that has the tasks. */
  async function targetsOf({ service }: RunningService, subject: Replacement, running?: readonly Task[]) {
    const found = await Promise.all(
      groupsOf(service, subject).map(async (groups) => {
        const healths = await Promise.all(groups.map(healthOf));
        const states = groups.flatMap((arn, index) => {
          const targets = healths[index];
          return targets ? stateOf(arn, targets, running, service.desiredCount) : [];
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

/** Tasks with an address are found by it; others share an instance's, and are counted. */
function stateOf(
  arn: string,
  targets: readonly TargetHealthDescription[],
  running: readonly Task[] = [],
  desired = 0,
) {
  const addresses = new Set(running.flatMap((task) => addressOf(task) ?? []));
  const isOurs = ({ Target }: TargetHealthDescription) =>
    addresses.size === 0 || addresses.has(Target?.Id ?? "");
  const ours = targets.filter(isOurs);
  const inState = (state: string) => ours.filter(({ TargetHealth }) => TargetHealth?.State === state);
  const healthy = Math.min(inState("healthy").length, running.length || desired);
  const failing = inState("unhealthy");
  const name = balancingName(arn);
  const wanted = running.length || desired;
  const reason = failing[0]?.TargetHealth?.Description ?? failing[0]?.TargetHealth?.Reason;
  return {
    healthy,
    failing: failing.length,
    others: targets.filter((each) => each.TargetHealth?.State === "healthy" && !isOurs(each)).length,
    missing: healthy < wanted ? `${healthy} of ${wanted} tasks are healthy targets of ${name}` : "",
    unhealthy:
      failing.length > 0 && healthy < wanted
        ? `${failing.length} of ${wanted} targets of ${name} are unhealthy${reason ? ` (${reason})` : ""}`
        : "",
  };
}

/** Returns the private address of a task with a network interface of its own. */
export function addressOf({ attachments = [] }: Task): string | undefined {
  const details = attachments.flatMap((attachment) => attachment.details ?? []);
  return details.find(({ name }) => name === "privateIPv4Address")?.value;
}
