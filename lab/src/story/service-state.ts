import { DescribeServicesCommand, type ECSClient } from "@aws-sdk/client-ecs";
import {
  DescribeTargetGroupsCommand,
  DescribeTargetHealthCommand,
  type ElasticLoadBalancingV2Client,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import type { AwsClients } from "./aws-clients.ts";
import type { ServiceName } from "./chapter-list.mjs";

export const cluster = "microservices-serverlesscluster";

export interface ServiceState {
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
