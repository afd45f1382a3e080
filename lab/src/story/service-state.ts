import { DescribeServicesCommand, ECSClient } from "@aws-sdk/client-ecs";
import {
  DescribeTargetGroupsCommand,
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
} from "@aws-sdk/client-elastic-load-balancing-v2";

export interface ServiceState {
  /** Task definition of each task set. */
  taskSets: string[];
  /** Of the task set that has production. */
  primary: string;
  /** Healthy targets in `…-tg-one` and `…-tg-two`. */
  healthyTargets: number[];
}

/** What the AWS API says of a service. */
export async function describeService(
  { endpoint, region }: { endpoint: string; region: string },
  service: string,
): Promise<ServiceState> {
  const settings = {
    endpoint,
    region,
    credentials: { accessKeyId: "AKIAREHEARSAL", secretAccessKey: "observer" },
  };
  const ecs = new ECSClient(settings);
  const balancer = new ElasticLoadBalancingV2Client(settings);
  const { services = [] } = await ecs.send(
    new DescribeServicesCommand({
      cluster: "microservices-serverlesscluster",
      services: [`${service}-microservice`],
    }),
  );
  const names = [`${service}-tg-one`, `${service}-tg-two`];
  const { TargetGroups = [] } = await balancer.send(new DescribeTargetGroupsCommand({ Names: names }));
  const healthyTargets = await Promise.all(
    TargetGroups.map(async ({ TargetGroupArn }) => {
      const { TargetHealthDescriptions = [] } = await balancer.send(
        new DescribeTargetHealthCommand({ TargetGroupArn }),
      );
      return TargetHealthDescriptions.filter((target) => target.TargetHealth?.State === "healthy").length;
    }),
  );
  ecs.destroy();
  balancer.destroy();
  const taskSets = services[0]?.taskSets ?? [];
  return {
    taskSets: taskSets.map((set) => set.taskDefinition ?? ""),
    primary: taskSets.find((set) => set.status === "PRIMARY")?.taskDefinition ?? "",
    healthyTargets,
  };
}
