import { FilterLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import {
  DescribeServicesCommand,
  DescribeTasksCommand,
  type ECSClient,
  ListTasksCommand,
  RunTaskCommand,
  waitUntilTasksStopped,
} from "@aws-sdk/client-ecs";
import {
  DescribeTargetGroupsCommand,
  DescribeTargetHealthCommand,
  type ElasticLoadBalancingV2Client,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import type { ServiceName } from "./chapter-list.mjs";
import type { AwsClients } from "./simulator-process.ts";

const cluster = "microservices-serverlesscluster";

interface ServiceState {
  /** Task definition of each task set. */
  taskSets: string[];
  /** Revision of the primary task set. */
  primary: string;
  desiredCount: number;
  runningCount: number;
  /** Healthy targets in `…-tg-one` and `…-tg-two`. */
  healthyTargets: number[];
}

/** Reads a service's state from the AWS API. */
export async function describeService(
  { ecs, balancer }: AwsClients,
  service: ServiceName,
): Promise<ServiceState> {
  const [described, healthyTargets] = await Promise.all([
    readService(ecs, service),
    countHealthyTargets(balancer, service),
  ]);
  const { taskSets = [], desiredCount = 0, runningCount = 0 } = described ?? {};
  return {
    taskSets: taskSets.map((set) => set.taskDefinition ?? ""),
    primary: taskSets.find((set) => set.status === "PRIMARY")?.taskDefinition ?? "",
    desiredCount,
    runningCount,
    healthyTargets,
  };
}

async function readService(ecs: ECSClient, service: string) {
  const { services = [] } = await ecs.send(
    new DescribeServicesCommand({
      cluster,
      services: [`${service}-microservice`],
    }),
  );
  return services[0];
}

async function countHealthyTargets(
  balancer: ElasticLoadBalancingV2Client,
  service: string,
): Promise<number[]> {
  const names = [`${service}-tg-one`, `${service}-tg-two`];
  const { TargetGroups = [] } = await balancer.send(new DescribeTargetGroupsCommand({ Names: names }));
  return Promise.all(
    TargetGroups.map(async ({ TargetGroupArn }) => {
      const { TargetHealthDescriptions = [] } = await balancer.send(
        new DescribeTargetHealthCommand({ TargetGroupArn }),
      );
      return TargetHealthDescriptions.filter((target) => target.TargetHealth?.State === "healthy").length;
    }),
  );
}

const logGroupName = "awslogs-capstone";

/**
 * Counts the lists of suppliers that each running task has served since the newest of them was started, from their
 * logs. The log stream of a task is named after its container and its id.
 */
export async function servedByTask({ ecs, logs }: AwsClients, service: ServiceName): Promise<number[]> {
  const serviceName = `${service}-microservice`;
  const { taskArns = [] } = await ecs.send(new ListTasksCommand({ cluster, serviceName }));
  const { tasks = [] } = await ecs.send(new DescribeTasksCommand({ cluster, tasks: taskArns }));
  const startTime = Math.max(...tasks.map(({ startedAt }) => startedAt?.getTime() ?? 0));
  const filterPattern = '"GET /suppliers 200"';
  return Promise.all(
    taskArns.map(async (taskArn) => {
      const logStreamNames = [`${logGroupName}/${service}/${taskArn.split("/").at(-1)}`];
      const { events = [] } = await logs.send(
        new FilterLogEventsCommand({ logGroupName, logStreamNames, filterPattern, startTime }),
      );
      return events.length;
    }),
  );
}

const suppliers = 200;
/** This limit only ends waits that hang. */
const maxWaitTime = 300;

/** Adds invented suppliers to the database of both services, as a task of the image that migrated it. */
export async function seedSuppliers({ ecs }: AwsClients): Promise<void> {
  const { services = [] } = await ecs.send(
    new DescribeServicesCommand({ cluster, services: ["customer-microservice"] }),
  );
  const networkConfiguration = services[0]?.taskSets?.[0]?.networkConfiguration;
  const { tasks = [], failures = [] } = await ecs.send(
    new RunTaskCommand({
      cluster,
      taskDefinition: "migrate-customer-microservice",
      launchType: "FARGATE",
      networkConfiguration,
      overrides: { containerOverrides: [{ name: "customer", command: ["seed", String(suppliers)] }] },
    }),
  );
  const [arn] = tasks.map((task) => task.taskArn ?? "");
  if (arn === undefined) throw new Error(`the task does not start: ${failures[0]?.reason}`);
  const settings = { client: ecs, maxWaitTime, minDelay: 1, maxDelay: 2 };
  const { reason } = await waitUntilTasksStopped(settings, { cluster, tasks: [arn] });
  const { exitCode, reason: why } = reason?.tasks?.[0]?.containers?.[0] ?? {};
  if (exitCode !== 0)
    throw new Error(`the task ended with code ${exitCode ?? why}; its log is in awslogs-capstone`);
}
