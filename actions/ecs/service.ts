import {
  DescribeServicesCommand,
  DescribeTasksCommand,
  type ListTasksCommandInput,
  paginateListClusters,
  paginateListServices,
  paginateListTasks,
  type Service,
  type Task,
  type TaskSet,
} from "@aws-sdk/client-ecs";
import { lastSegment } from "../core/arn.ts";
import { chunks } from "../core/chunks.ts";
import { Failure } from "../core/failure.ts";
import { nearestName } from "../core/nearest-name.ts";
import type { EcsContext } from "./context.ts";

export interface RunningService {
  readonly service: Service;
  /** ECS, CODE_DEPLOY or EXTERNAL; DescribeServices omits the default, ECS. */
  readonly controller: string;
  /** ARN of the task definition in production, which is that of the primary task set. */
  readonly revision: string;
  readonly primary: TaskSet | undefined;
  readonly production: Production;
}

/** State of the service's primary task set, or ECS deployment. */
export interface Production {
  readonly revision: string;
  readonly runningCount: number;
  readonly desiredCount: number;
  /** It has not failed, and nothing else of the service runs next to it. */
  readonly settled: boolean;
}

export interface ServiceName {
  readonly cluster: string;
  readonly service: string;
}

/** Returns the service, or throws a Failure when it is missing or not active. */
export async function findService(
  context: EcsContext,
  { cluster, service: name }: ServiceName,
): Promise<RunningService> {
  const service = await describe(context, cluster, name);
  if (service.status !== "ACTIVE")
    throw new Failure(`Service ${name} of cluster ${cluster} is ${service.status}, not ACTIVE`, {
      nextStep: "create the service again, or use another one.",
    });
  const primary = service.taskSets?.find(({ status }) => status === "PRIMARY");
  const revision = primary?.taskDefinition ?? service.taskDefinition ?? "";
  return {
    service,
    controller: service.deploymentController?.type ?? "ECS",
    revision,
    primary,
    production: { revision, ...(primary ? countTaskSet(service, primary) : countDeployment(service)) },
  };
}

/** Returns the ARN of production's first target group; "" without one. */
export function targetGroupOf({ service, primary }: RunningService): string {
  return (primary ?? service).loadBalancers?.[0]?.targetGroupArn ?? "";
}

/** Returns the id of production's task set or ECS deployment, which its tasks carry as `startedBy`. */
export function startedByOf({ service, primary }: RunningService): string | undefined {
  return primary?.id ?? service.deployments?.find(({ status }) => status === "PRIMARY")?.id;
}

function countTaskSet({ taskSets = [] }: Service, primary: TaskSet): Omit<Production, "revision"> {
  return {
    runningCount: primary.runningCount ?? 0,
    desiredCount: primary.computedDesiredCount ?? 0,
    settled: taskSets.every(({ status }) => status !== "ACTIVE"),
  };
}

function countDeployment({ deployments = [] }: Service): Omit<Production, "revision"> {
  const primary = deployments.find(({ status }) => status === "PRIMARY");
  return {
    runningCount: primary?.runningCount ?? 0,
    desiredCount: primary?.desiredCount ?? 0,
    settled: deployments.length === 1 && primary?.rolloutState !== "FAILED",
  };
}

async function describe(context: EcsContext, cluster: string, name: string): Promise<Service> {
  const command = new DescribeServicesCommand({ cluster, services: [name], include: ["TAGS"] });
  try {
    const { services = [], failures = [] } = await context.clients.ecs.send(command, {
      abortSignal: context.signal,
    });
    if (services[0]) return services[0];
    throw new Failure(`Cluster ${cluster} has no service ${name} (${failures[0]?.reason ?? "MISSING"})`, {
      nextStep: `${await nearestService(context, cluster, name)}check the inputs cluster and service, and the region; nothing was changed.`,
    });
  } catch (error) {
    if ((error as Error).name !== "ClusterNotFoundException") throw error;
    throw new Failure(`ECS cluster ${cluster} does not exist in this account and region`, {
      nextStep: `${await nearestCluster(context, cluster)}check the input cluster, and the region; nothing was changed.`,
      cause: error,
    });
  }
}

/** Returns `did you mean "web"? ` where a typing error would explain a missing service, else an empty text. */
function nearestService(context: EcsContext, cluster: string, name: string): Promise<string> {
  return suggest(name, async () => {
    const names: string[] = [];
    for await (const { serviceArns = [] } of paginateListServices(
      { client: context.clients.ecs },
      { cluster },
    ))
      names.push(...serviceArns.map(lastSegment));
    return names;
  });
}

/** Returns the same for a cluster. */
function nearestCluster(context: EcsContext, name: string): Promise<string> {
  return suggest(name, async () => {
    const names: string[] = [];
    for await (const { clusterArns = [] } of paginateListClusters({ client: context.clients.ecs }, {}))
      names.push(...clusterArns.map(lastSegment));
    return names;
  });
}

/** The name is missing in any case: a role that may not list names gets the error without a suggestion. */
async function suggest(name: string, list: () => Promise<string[]>): Promise<string> {
  const near = await list().then(
    (names) => nearestName(lastSegment(name), names),
    () => undefined,
  );
  return near === undefined ? "" : `did you mean "${near}"? Otherwise `;
}

/** Yields every service of the account and region, by cluster. */
export async function* everyService({ clients }: Pick<EcsContext, "clients">): AsyncGenerator<Service[]> {
  const { ecs: client } = clients;
  // ECS API reference: DescribeServices takes ten services.
  for await (const { clusterArns = [] } of paginateListClusters({ client }, {}))
    for (const cluster of clusterArns)
      for await (const { serviceArns = [] } of paginateListServices({ client, pageSize: 10 }, { cluster }))
        if (serviceArns.length > 0)
          yield (await client.send(new DescribeServicesCommand({ cluster, services: serviceArns })))
            .services ?? [];
}

/** Returns the ARNs of the task definitions that a service uses. */
export function revisionsOf(service: Service): (string | undefined)[] {
  const sets = [service, ...(service.deployments ?? []), ...(service.taskSets ?? [])];
  return sets.map(({ taskDefinition }) => taskDefinition);
}

/** Returns the ARNs of the tasks that match. */
export async function listTasks({ clients }: EcsContext, query: ListTasksCommandInput): Promise<string[]> {
  const arns: string[] = [];
  for await (const { taskArns = [] } of paginateListTasks({ client: clients.ecs }, query))
    arns.push(...taskArns);
  return arns;
}

/** DescribeTasks takes at most this many (API reference). */
const describeAtMost = 100;

export async function describeTasks(
  { clients, signal }: EcsContext,
  cluster: string,
  arns: readonly string[],
): Promise<Task[]> {
  const found: Task[] = [];
  for (const tasks of chunks(arns, describeAtMost)) {
    const command = new DescribeTasksCommand({ cluster, tasks });
    found.push(...((await clients.ecs.send(command, { abortSignal: signal })).tasks ?? []));
  }
  return found;
}
