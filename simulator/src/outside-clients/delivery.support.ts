import type { Simulator } from "../simulator.ts";
import { appSpecOf, registerWeb, webLogs } from "./web.support.ts";
import { createWebAccount } from "./web-account.support.ts";

export interface Delivery {
  /** Revisions of one family whose tasks return "1" and "2". */
  readonly taskDefinitions: readonly [string, string];
  readonly repositoryUri: string;
  readonly targetGroups: { readonly blue: string; readonly green: string };
  readonly productionUrl: string;
  readonly appSpec: (taskDefinition: string) => object;
}

/** Dimensions of the service's metrics. */
export const webDimensions = [
  { Name: "ClusterName", Value: "outside" },
  { Name: "ServiceName", Value: "web" },
];

/** Creates the alarm `errors`, on a metric without data. */
export async function createAlarm(
  { cloudwatch }: Simulator["aws"],
  TreatMissingData: "breaching" | "ignore",
): Promise<void> {
  await cloudwatch.putMetricAlarm({
    AlarmName: "errors",
    Namespace: "Shop",
    MetricName: "NobodyPublishesIt",
    Statistic: "Sum",
    Period: 60,
    EvaluationPeriods: 1,
    Threshold: 1,
    ComparisonOperator: "GreaterThanThreshold",
    TreatMissingData,
  });
}

/**
 * Creates the resources for a CodeDeploy deployment as a user would: network, load balancer, service, deployment group.
 */
export async function createDelivery(simulator: Simulator, listenerPortOffset: number): Promise<Delivery> {
  const { aws } = simulator;
  const account = await createWebAccount(simulator, "outside");
  const { repositoryUri, networkConfiguration, listeners, targetGroups } = account;
  await aws.logs.createLogGroup({ logGroupName: "web" });
  const [first, second] = [
    await registerWeb(simulator, repositoryUri, "1", webLogs),
    await registerWeb(simulator, repositoryUri, "2", webLogs),
  ];
  await aws.ecs.createService({
    cluster: "outside",
    serviceName: "web",
    taskDefinition: first,
    desiredCount: 1,
    launchType: "FARGATE",
    deploymentController: { type: "CODE_DEPLOY" },
    loadBalancers: [{ containerName: "web", containerPort: 8080, targetGroupArn: targetGroups.blue }],
    networkConfiguration,
  });
  await createDeploymentGroup(simulator, listeners);
  return {
    taskDefinitions: [first, second],
    repositoryUri,
    targetGroups,
    productionUrl: `http://127.0.0.1:${80 + listenerPortOffset}/`,
    appSpec: (taskDefinition) => appSpecOf("web", taskDefinition),
  };
}

async function createDeploymentGroup(
  { aws }: Simulator,
  listeners: { production: string; test: string },
): Promise<void> {
  await aws.codedeploy.createApplication({ applicationName: "outside", computePlatform: "ECS" });
  await aws.codedeploy.createDeploymentGroup({
    applicationName: "outside",
    deploymentGroupName: "web",
    serviceRoleArn: "arn:aws:iam::123456789012:role/deploy",
    deploymentConfigName: "CodeDeployDefault.ECSAllAtOnce",
    deploymentStyle: { deploymentType: "BLUE_GREEN", deploymentOption: "WITH_TRAFFIC_CONTROL" },
    ecsServices: [{ clusterName: "outside", serviceName: "web" }],
    loadBalancerInfo: {
      targetGroupPairInfoList: [
        {
          prodTrafficRoute: { listenerArns: [listeners.production] },
          testTrafficRoute: { listenerArns: [listeners.test] },
          targetGroups: [{ name: "blue" }, { name: "green" }],
        },
      ],
    },
    blueGreenDeploymentConfiguration: {
      terminateBlueInstancesOnDeploymentSuccess: { action: "TERMINATE", terminationWaitTimeInMinutes: 5 },
      deploymentReadyOption: { actionOnTimeout: "CONTINUE_DEPLOYMENT", waitTimeInMinutes: 0 },
    },
  });
}
