import type { Deployment } from "./deployments.ts";
import type { Answers } from "./stub-aws.ts";

/** A deployment that begins when it is asked for. */
export interface Begun {
  /** Milliseconds since the epoch; undefined before. */
  createdAt: number | undefined;
}

const arn = (service: string, name: string) => `arn:aws:${service}:us-east-1:123456789012:${name}`;
const revisions = { old: arn("ecs", "task-definition/web:1"), new: arn("ecs", "task-definition/web:2") };
const deploymentArn = arn("ecs", "service-deployment/main/web/new");
const groupName = { applicationName: "AppECS-main-web", deploymentGroupName: "DgpECS-main-web" };
const pair = {
  prodTrafficRoute: { listenerArns: [arn("elasticloadbalancing", "listener/app/web/1/1")] },
  targetGroups: [{ name: "blue" }, { name: "green" }],
};
/** Enough for a rolling update to have steps. */
const tasks = 10;
const seconds = (ms: number) => ms / 1000;
const container = (revision: number) => ({
  name: "web",
  image: `example.com/web:${revision}`,
  portMappings: [{ containerPort: 8080 }],
});
const registered = (revision: number) => ({
  taskDefinitionArn: arn("ecs", `task-definition/web:${revision}`),
  family: "web",
  revision,
  status: "ACTIVE",
  containerDefinitions: [container(revision)],
});
/** What the actions deploy. */
export const taskDefinition = {
  family: "web",
  containerDefinitions: [container(2)],
};
export const appSpec = {
  version: 0,
  Resources: [
    {
      TargetService: {
        Type: "AWS::ECS::Service",
        Properties: {
          TaskDefinition: "<TASK_DEFINITION>",
          LoadBalancerInfo: { ContainerName: "web", ContainerPort: 8080 },
        },
      },
    },
  ],
};

/** What AWS answers to the operations that either action needs to deploy and to follow. */
export function answersOf(deployment: Deployment, begun: Begun, now: () => number): Answers {
  const begin = <Answer>(answer: () => Answer) => {
    begun.createdAt ??= now();
    return answer();
  };
  const elapsed = () => (begun.createdAt === undefined ? -1 : now() - begun.createdAt);
  const shared: Answers = {
    RegisterTaskDefinition: () => ({ taskDefinition: registered(2) }),
    DescribeTaskDefinition: () => ({ taskDefinition: registered(1) }),
    ListTasks: () => ({ taskArns: [] }),
  };
  return deployment.controller === "ECS"
    ? { ...shared, ...answersOfEcs(deployment, begun, elapsed, begin) }
    : { ...shared, ...answersOfCodeDeploy(deployment, begun, elapsed, begin) };
}

type Begin = <Answer>(answer: () => Answer) => Answer;

function answersOfEcs(
  { installedAt, shiftedAt, endsAt, keepMinutes }: Deployment,
  begun: Begun,
  elapsed: () => number,
  begin: Begin,
): Answers {
  const strategy = keepMinutes === undefined ? "ROLLING" : "BLUE_GREEN";
  const deploymentConfiguration = { strategy, bakeTimeInMinutes: keepMinutes ?? 0 };
  const share = () => Math.max(0, Math.min(1, elapsed() / installedAt));
  const started = () => Math.floor(tasks * share());
  const stage = () => {
    if (strategy === "ROLLING") return undefined;
    if (elapsed() < installedAt) return "SCALE_UP";
    return elapsed() < shiftedAt ? "PRODUCTION_TRAFFIC_SHIFT" : "BAKE_TIME";
  };
  const isDone = () => elapsed() >= endsAt;
  // In a rolling update, each is stopped once its successor runs, and drained for a while.
  const drained = () => Math.floor((tasks * Math.max(0, elapsed())) / endsAt);
  const oldTasks = () => (isDone() ? 0 : strategy === "ROLLING" ? Math.max(1, tasks - drained()) : tasks);
  const newDeployment = () => ({
    id: "ecs-svc/2",
    status: "PRIMARY",
    taskDefinition: revisions.new,
    desiredCount: tasks,
    runningCount: started(),
    rolloutState: isDone() ? "COMPLETED" : "IN_PROGRESS",
  });
  const oldDeployment = () => ({
    id: "ecs-svc/1",
    status: elapsed() < 0 ? "PRIMARY" : "ACTIVE",
    taskDefinition: revisions.old,
    desiredCount: tasks,
    runningCount: oldTasks(),
    rolloutState: "COMPLETED",
  });
  const service = () => ({
    ...serviceOf("ECS", elapsed() < 0 ? revisions.old : revisions.new),
    deploymentConfiguration,
    deployments:
      elapsed() < 0 ? [oldDeployment()] : isDone() ? [newDeployment()] : [newDeployment(), oldDeployment()],
    ...(elapsed() >= 0 && { currentServiceDeployment: deploymentArn }),
  });
  const serviceDeployment = () => ({
    serviceDeploymentArn: deploymentArn,
    createdAt: seconds(begun.createdAt ?? 0),
    status: isDone() ? "SUCCESSFUL" : "IN_PROGRESS",
    lifecycleStage: isDone() ? undefined : stage(),
    deploymentConfiguration,
    targetServiceRevision: {
      arn: "new",
      requestedTaskCount: tasks,
      runningTaskCount: started(),
      ...(strategy === "BLUE_GREEN" && { requestedProductionTrafficWeight: elapsed() < shiftedAt ? 0 : 100 }),
    },
    sourceServiceRevisions: [{ arn: "old", requestedTaskCount: oldTasks(), runningTaskCount: oldTasks() }],
  });
  return {
    DescribeServices: () => ({ services: [service()], failures: [] }),
    UpdateService: () => begin(() => ({ service: service() })),
    ListServiceDeployments: () => ({ serviceDeployments: elapsed() < 0 ? [] : [serviceDeployment()] }),
    DescribeServiceDeployments: () => ({ serviceDeployments: [serviceDeployment()], failures: [] }),
  };
}

function answersOfCodeDeploy(
  { installedAt, shiftedAt, endsAt, canaryMinutes = 0, keepMinutes = 0 }: Deployment,
  begun: Begun,
  elapsed: () => number,
  begin: Begin,
): Answers {
  const configuration = `CodeDeployDefault.ECS${canaryMinutes ? `Canary10Percent${canaryMinutes}Minutes` : "AllAtOnce"}`;
  const blueGreenDeploymentConfiguration = {
    terminateBlueInstancesOnDeploymentSuccess: {
      action: "TERMINATE",
      terminationWaitTimeInMinutes: keepMinutes,
    },
    deploymentReadyOption: { actionOnTimeout: "CONTINUE_DEPLOYMENT", waitTimeInMinutes: 0 },
  };
  const at = (ms: number) => (elapsed() >= ms ? { time: seconds((begun.createdAt ?? 0) + ms) } : undefined);
  const event = (lifecycleEventName: string, from: number, to: number) => ({
    lifecycleEventName,
    status: at(to) ? "Succeeded" : at(from) ? "InProgress" : "Pending",
    startTime: at(from)?.time,
    endTime: at(to)?.time,
  });
  const green = () => (elapsed() >= shiftedAt ? 100 : elapsed() >= installedAt && canaryMinutes ? 10 : 0);
  const ecsTarget = () => ({
    deploymentId: "d-1",
    targetId: "main:web",
    status: "InProgress",
    lifecycleEvents: [
      event("BeforeInstall", 0, 0),
      event("Install", 0, installedAt),
      event("AfterInstall", installedAt, installedAt),
      event("BeforeAllowTraffic", installedAt, installedAt),
      event("AllowTraffic", installedAt, shiftedAt),
      event("AfterAllowTraffic", shiftedAt, shiftedAt),
    ],
    taskSetsInfo: [
      { identifer: "ecs-svc/1", taskSetLabel: "Blue", status: "PRIMARY", trafficWeight: 100 - green() },
      { identifer: "ecs-svc/2", taskSetLabel: "Green", status: "ACTIVE", trafficWeight: green() },
    ],
  });
  const taskSet = () => ({
    id: "ecs-svc/1",
    status: "PRIMARY",
    taskDefinition: elapsed() >= shiftedAt ? revisions.new : revisions.old,
    computedDesiredCount: tasks,
    runningCount: tasks,
    loadBalancers: [
      {
        targetGroupArn: arn("elasticloadbalancing", "targetgroup/blue/1"),
        containerName: "web",
        containerPort: 8080,
      },
    ],
  });
  return {
    DescribeServices: () => ({
      services: [{ ...serviceOf("CODE_DEPLOY", undefined), taskSets: [taskSet()] }],
      failures: [],
    }),
    GetDeploymentGroup: () => ({
      deploymentGroupInfo: {
        ...groupName,
        computePlatform: "ECS",
        deploymentConfigName: configuration,
        ecsServices: [{ clusterName: "main", serviceName: "web" }],
        loadBalancerInfo: { targetGroupPairInfoList: [pair] },
        blueGreenDeploymentConfiguration,
      },
    }),
    GetDeploymentConfig: () => ({
      deploymentConfigInfo: {
        deploymentConfigName: configuration,
        trafficRoutingConfig: canaryMinutes
          ? {
              type: "TimeBasedCanary",
              timeBasedCanary: { canaryPercentage: 10, canaryInterval: canaryMinutes },
            }
          : { type: "AllAtOnce" },
      },
    }),
    CreateDeployment: () => begin(() => ({ deploymentId: "d-1" })),
    GetDeployment: () => ({
      deploymentInfo: {
        deploymentId: "d-1",
        status: elapsed() >= endsAt ? "Succeeded" : "InProgress",
        createTime: seconds(begun.createdAt ?? 0),
        deploymentConfigName: configuration,
        blueGreenDeploymentConfiguration,
      },
    }),
    ListDeploymentTargets: () => ({ targetIds: ["main:web"] }),
    GetDeploymentTarget: () => ({
      deploymentTarget: { deploymentTargetType: "ECSTarget", ecsTarget: ecsTarget() },
    }),
  };
}

const serviceOf = (controller: Deployment["controller"], taskDefinition: string | undefined) => ({
  serviceName: "web",
  serviceArn: arn("ecs", "service/main/web"),
  clusterArn: arn("ecs", "cluster/main"),
  status: "ACTIVE",
  deploymentController: { type: controller },
  desiredCount: tasks,
  runningCount: tasks,
  taskDefinition,
});
