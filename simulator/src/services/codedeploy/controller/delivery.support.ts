import { createFixture, listeners, taskDefinition } from "./fixture.support.ts";

const appSpec = {
  version: 0,
  Resources: [
    {
      TargetService: {
        Type: "AWS::ECS::Service",
        Properties: {
          TaskDefinition: taskDefinition,
          LoadBalancerInfo: { ContainerName: "customer", ContainerPort: 8080 },
        },
      },
    },
  ],
};
export const names = { applicationName: "microservices", deploymentGroupName: "microservices-customer" };
/** Input of CreateDeployment whose AppSpec names these hooks. */
export const requestWith = (hooks: object[]) => ({
  ...names,
  revision: {
    revisionType: "AppSpecContent",
    appSpecContent: { content: JSON.stringify({ ...appSpec, Hooks: hooks }) },
  },
});
export const request = requestWith([]);

/** A deployment group of the fixture's service, with operations for tests. */
export async function createDelivery(options: { terminationMinutes?: number; group?: object } = {}) {
  const { fixture, clock, call, close } = await createFixture();
  await call("createApplication", { applicationName: names.applicationName, computePlatform: "ECS" });
  await call("createDeploymentGroup", {
    ...names,
    serviceRoleArn: "arn:aws:iam::123456789012:role/DeployRole",
    deploymentStyle: { deploymentType: "BLUE_GREEN", deploymentOption: "WITH_TRAFFIC_CONTROL" },
    ecsServices: [{ clusterName: "cluster", serviceName: "customer-microservice" }],
    loadBalancerInfo: {
      targetGroupPairInfoList: [
        {
          prodTrafficRoute: { listenerArns: [listeners.production] },
          testTrafficRoute: { listenerArns: [listeners.test] },
          targetGroups: [{ name: "customer-tg-two" }, { name: "customer-tg-one" }],
        },
      ],
    },
    blueGreenDeploymentConfiguration: {
      terminateBlueInstancesOnDeploymentSuccess: {
        action: "TERMINATE",
        terminationWaitTimeInMinutes: options.terminationMinutes ?? 0,
      },
      deploymentReadyOption: { actionOnTimeout: "CONTINUE_DEPLOYMENT", waitTimeInMinutes: 0 },
    },
    ...options.group,
  });
  const info = async (deploymentId: string) => (await call("getDeployment", { deploymentId })).deploymentInfo;
  const target = async (deploymentId: string) =>
    (await call("getDeploymentTarget", { deploymentId, targetId: "cluster:customer-microservice" }))
      .deploymentTarget.ecsTarget;
  const start = async (more: object = {}) =>
    (await call("createDeployment", { ...request, ...more })).deploymentId as string;
  const until = (deploymentId: string, status: string) =>
    clock.until(async () => (await info(deploymentId)).status === status);
  return { fixture, clock, call, info, target, start, until, close };
}

export const statuses = (events: { lifecycleEventName: string; status: string }[]) =>
  events.map(({ lifecycleEventName, status }) => `${lifecycleEventName} ${status}`);
