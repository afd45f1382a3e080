import type { Deployment } from "./deployments.ts";
import { arn, type Moment, type Responses, revisions, seconds, service, tasks } from "./facts.ts";

const deploymentId = "d-1";
const targetId = "main:web";
const elb = (name: string) => arn("elasticloadbalancing", name);

/** A service with the deployment controller CODE_DEPLOY, and its deployment group. */
export function codeDeployResponses(deployment: Deployment, moment: Moment): Responses {
  const ecsTarget = targetOf(deployment, moment);
  return {
    DescribeServices: { services: [describeService(deployment, moment)], failures: [] },
    GetDeploymentGroup: { deploymentGroupInfo: groupOf(deployment) },
    GetDeploymentConfig: { deploymentConfigInfo: configOf(deployment) },
    ListDeployments: { deployments: [] },
    CreateDeployment: { deploymentId },
    GetDeployment: { deploymentInfo: infoOf(deployment, moment) },
    ListDeploymentTargets: { targetIds: [targetId] },
    GetDeploymentTarget: { deploymentTarget: { deploymentTargetType: "ECSTarget", ecsTarget } },
  };
}

function describeService({ shiftedAt }: Deployment, { elapsed }: Moment): object {
  const taskSet = {
    id: "ecs-svc/1",
    status: "PRIMARY",
    taskDefinition: elapsed >= shiftedAt ? revisions.new : revisions.old,
    computedDesiredCount: tasks,
    runningCount: tasks,
    loadBalancers: [
      { targetGroupArn: elb("targetgroup/blue/1"), containerName: "main", containerPort: 8080 },
    ],
  };
  return { ...service, deploymentController: { type: "CODE_DEPLOY" }, taskSets: [taskSet] };
}

function groupOf(deployment: Deployment): object {
  return {
    applicationName: "AppECS-main-web",
    deploymentGroupName: "DgpECS-main-web",
    computePlatform: "ECS",
    ecsServices: [{ clusterName: "main", serviceName: "web" }],
    loadBalancerInfo: {
      targetGroupPairInfoList: [
        {
          prodTrafficRoute: { listenerArns: [elb("listener/app/web/1/1")] },
          targetGroups: [{ name: "blue" }, { name: "green" }],
        },
      ],
    },
    ...settingsOf(deployment),
  };
}

/** Settings that both the group and the deployment show. */
function settingsOf({ canaryMinutes = 0, keepMinutes }: Deployment) {
  const shown = keepMinutes !== undefined;
  const configuration = canaryMinutes ? `Canary10Percent${canaryMinutes}Minutes` : "AllAtOnce";
  return {
    deploymentConfigName: `CodeDeployDefault.ECS${configuration}`,
    blueGreenDeploymentConfiguration: {
      terminateBlueInstancesOnDeploymentSuccess: {
        action: "TERMINATE",
        ...(shown && { terminationWaitTimeInMinutes: keepMinutes }),
      },
      deploymentReadyOption: {
        actionOnTimeout: "CONTINUE_DEPLOYMENT",
        ...(shown && { waitTimeInMinutes: 0 }),
      },
    },
  };
}

function configOf(deployment: Deployment): object {
  const { canaryMinutes } = deployment;
  const { deploymentConfigName } = settingsOf(deployment);
  const timeBasedCanary = { canaryPercentage: 10, canaryInterval: canaryMinutes };
  const trafficRoutingConfig = canaryMinutes
    ? { type: "TimeBasedCanary", timeBasedCanary }
    : { type: "AllAtOnce" };
  return { deploymentConfigName, trafficRoutingConfig };
}

function infoOf(deployment: Deployment, { createdAt, elapsed }: Moment): object {
  return {
    deploymentId,
    status: elapsed >= deployment.endsAt ? "Succeeded" : "InProgress",
    createTime: seconds(createdAt),
    ...settingsOf(deployment),
  };
}

function targetOf(deployment: Deployment, moment: Moment): object {
  const { installedAt, shiftedAt, canaryMinutes, counted } = deployment;
  // The tasks run for a while before the load balancer finds them healthy.
  const runAt = installedAt - 25_000;
  const { createdAt, elapsed } = moment;
  const passed = (ms: number) => (elapsed >= ms ? seconds(createdAt + ms) : undefined);
  const event = (lifecycleEventName: string, from: number, to: number) => ({
    lifecycleEventName,
    status: passed(to) ? "Succeeded" : passed(from) ? "InProgress" : "Pending",
    startTime: passed(from),
    endTime: passed(to),
  });
  const green = passed(shiftedAt) ? 100 : passed(installedAt) && canaryMinutes ? 10 : 0;
  return {
    deploymentId,
    targetId,
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
      { identifer: "ecs-svc/1", taskSetLabel: "Blue", status: "PRIMARY", trafficWeight: 100 - green },
      {
        identifer: "ecs-svc/2",
        taskSetLabel: "Green",
        status: "ACTIVE",
        trafficWeight: green,
        ...(counted && { desiredCount: tasks, runningCount: elapsed < runAt ? 0 : tasks }),
      },
    ],
  };
}
