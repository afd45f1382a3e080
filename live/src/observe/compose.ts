import type { Service, Task, TaskSet } from "@aws-sdk/client-ecs";
import { lastSegment } from "@ecs-delivery/actions/core/arn";
import type { Revision, Role, ServicePart, SidePart, StoppedTask, TaskPart, TrafficPart } from "../parts.ts";
import { type BalancingFacts, sharesOf, type TargetGroupFacts } from "./balancing.ts";
import type { DeploymentFacts, GroupFacts } from "./deployments.ts";
import type { Revisions, ServiceFacts } from "./services.ts";

export interface Findings {
  readonly balancing: BalancingFacts;
  readonly groups: readonly GroupFacts[];
  /** Newest first. */
  readonly deployments: readonly DeploymentFacts[];
  readonly traffic: ReadonlyMap<string, TrafficPart>;
  readonly revisions: Revisions;
}

const shownEvents = 12;
const shownStopped = 5;

/** Puts together what the AWS services report of one ECS service. */
export async function composeService(facts: ServiceFacts, findings: Findings): Promise<ServicePart> {
  const { service, cluster, name } = facts;
  const sides = await composeSides(facts, findings);
  const placed = new Set(sides.flatMap(({ tasks }) => tasks.map(({ id }) => id)));
  return {
    cluster,
    name,
    status: service?.status ?? "GONE",
    desired: service?.desiredCount ?? 0,
    running: service?.runningCount ?? 0,
    pending: service?.pendingCount ?? 0,
    sides,
    otherTasks: facts.tasks.map((task) => taskPart(task, undefined)).filter(({ id }) => !placed.has(id)),
    stoppedTasks: facts.stopped.map(stoppedTask).sort(newestFirst).slice(0, shownStopped),
    events: (service?.events ?? [])
      .slice(0, shownEvents)
      .map(({ createdAt, message = "" }) => ({ at: createdAt?.getTime() ?? 0, message })),
  };
}

const newestFirst = (one: StoppedTask, other: StoppedTask) => other.stoppedAt - one.stoppedAt;

async function composeSides(facts: ServiceFacts, findings: Findings): Promise<SidePart[]> {
  const { service, cluster, name } = facts;
  const { balancing, traffic } = findings;
  const group = findings.groups.find((each) => each.cluster === cluster && each.service === name);
  const latest = findings.deployments.find(({ part }) => part.cluster === cluster && part.service === name);
  const targetGroups = pairOf(service, group, balancing);
  const routes = routesOf(service, group, balancing, targetGroups);
  const sides = await Promise.all(
    targetGroups.map(async (target): Promise<SidePart> => {
      const set = (service?.taskSets ?? []).find(({ loadBalancers = [] }) =>
        loadBalancers.some(({ targetGroupArn }) => targetGroupArn === target.arn),
      );
      const tasks = facts.tasks
        .filter((task) => isBehind(task, set, target))
        .map((task) => taskPart(task, target));
      const production = routes.production?.get(target.arn) ?? (routes.production ? 0 : undefined);
      return {
        role: roleOf(target, { targetGroups, latest, production: routes.production }),
        targetGroup: target.name,
        revision: await revisionOf(set, tasks, facts, findings.revisions),
        production,
        test: routes.test && (routes.test.get(target.arn) ?? 0) > 0,
        tasks: tasks.sort((one, other) => (one.startedAt ?? 0) - (other.startedAt ?? 0)),
        traffic: traffic.get(target.arn),
      };
    }),
  );
  return sides.sort((one, other) => one.role.localeCompare(other.role));
}

/** Returns the service's target groups: both of a deployment group or of a native blue/green service, else its own. */
function pairOf(
  service: Service | undefined,
  group: GroupFacts | undefined,
  { groups }: BalancingFacts,
): TargetGroupFacts[] {
  const all = [...groups.values()];
  if (group) return group.targetGroups.flatMap((name) => all.find((each) => each.name === name) ?? []);
  const arns = (service?.loadBalancers ?? []).flatMap(({ targetGroupArn, advancedConfiguration }) => [
    targetGroupArn,
    advancedConfiguration?.alternateTargetGroupArn,
  ]);
  return [...new Set(arns)].flatMap((arn) => groups.get(arn ?? "") ?? []);
}

/** Percent of each target group, of the production route and of the test route. */
function routesOf(
  service: Service | undefined,
  group: GroupFacts | undefined,
  { forwards }: BalancingFacts,
  pair: readonly TargetGroupFacts[],
) {
  const advanced = service?.loadBalancers?.[0]?.advancedConfiguration;
  const find = (listeners: readonly string[] | undefined, rule: string | undefined) => {
    const found = forwards.find(
      (forward) =>
        pair.some(({ arn }) => forward.weights.has(arn)) &&
        (rule ? forward.rule === rule : !listeners || listeners.includes(forward.listener)),
    );
    return found && sharesOf(found);
  };
  const hasTest = group ? group.testListeners.length > 0 : advanced?.testListenerRule !== undefined;
  return {
    production: find(group?.productionListeners, advanced?.productionListenerRule),
    test: hasTest ? (find(group?.testListeners, advanced?.testListenerRule) ?? new Map()) : undefined,
  };
}

/** The last deployment says which side it calls blue; without one, production is blue. */
function roleOf(
  target: TargetGroupFacts,
  known: {
    targetGroups: readonly TargetGroupFacts[];
    latest: DeploymentFacts | undefined;
    production: ReadonlyMap<string, number> | undefined;
  },
): Role {
  if (known.targetGroups.length < 2) return "only";
  const { blueGroup, greenGroup } = known.latest ?? {};
  if (greenGroup) return greenGroup === target.name ? "green" : "blue";
  if (blueGroup) return blueGroup === target.name ? "blue" : "green";
  const share = known.production?.get(target.arn) ?? 0;
  if (known.production) return share >= 50 ? "blue" : "green";
  return known.targetGroups[0] === target ? "blue" : "green";
}

function isBehind(task: Task, set: TaskSet | undefined, { health }: TargetGroupFacts): boolean {
  if (set) return task.startedBy === set.id;
  const address = addressOf(task);
  return address !== undefined && health.has(address);
}

async function revisionOf(
  set: TaskSet | undefined,
  tasks: readonly TaskPart[],
  { tasks: all }: ServiceFacts,
  revisions: Revisions,
): Promise<Revision | undefined> {
  const newest = tasks.at(-1);
  const arn =
    set?.taskDefinition ??
    all.find(({ taskArn }) => lastSegment(taskArn ?? "") === newest?.id)?.taskDefinitionArn;
  const revision = await revisions.revisionOf(arn);
  return revision && { ...revision, digest: revision.digest ?? newest?.digest };
}

function addressOf({ attachments = [], containers = [] }: Task): string | undefined {
  const details = attachments.flatMap((attachment) => attachment.details ?? []);
  return (
    details.find(({ name }) => name === "privateIPv4Address")?.value ??
    containers[0]?.networkInterfaces?.[0]?.privateIpv4Address
  );
}

function taskPart(task: Task, target: TargetGroupFacts | undefined): TaskPart {
  const address = addressOf(task);
  const container =
    task.healthStatus && task.healthStatus !== "UNKNOWN" ? task.healthStatus.toLowerCase() : undefined;
  return {
    id: lastSegment(task.taskArn ?? ""),
    revision: lastSegment(task.taskDefinitionArn ?? ""),
    digest: task.containers?.find(({ imageDigest }) => imageDigest)?.imageDigest,
    status: task.lastStatus ?? "UNKNOWN",
    health: (address && target?.health.get(address)) || container,
    startedAt: task.startedAt?.getTime(),
  };
}

/** A container's own reason and exit code say more than the task's. */
function stoppedTask(task: Task): StoppedTask {
  const failed = task.containers?.find(({ exitCode, reason }) => reason || (exitCode ?? 0) !== 0);
  const exit =
    failed?.exitCode === undefined ? undefined : `${failed.name} exited with code ${failed.exitCode}`;
  return {
    id: lastSegment(task.taskArn ?? ""),
    revision: lastSegment(task.taskDefinitionArn ?? ""),
    stoppedAt: (task.stoppedAt ?? task.stoppingAt)?.getTime() ?? 0,
    reason: [...new Set([task.stoppedReason, exit, failed?.reason])].filter(Boolean).join("; "),
  };
}
