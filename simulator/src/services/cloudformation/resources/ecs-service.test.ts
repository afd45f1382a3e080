import { afterEach, beforeEach, expect, it } from "vitest";
import { createTestFixture, type Fixture } from "../../ecs/controller/fixture.support.ts";

/** A stack with the service `web` of a cluster, behind an existing load balancer. */
let fixture: Fixture;
beforeEach(async () => {
  fixture = await createTestFixture();
});
afterEach(() => fixture?.close());

const role = "arn:aws:iam::123456789012:role/infrastructure";

async function template(version: string, configuration: object, more: object = {}) {
  const { aws } = fixture.simulator;
  const { Subnets = [] } = await aws.ec2.describeSubnets({
    Filters: [{ Name: "default-for-az", Values: ["false"] }],
  });
  const loadBalancer = {
    ContainerName: "web",
    ContainerPort: 8080,
    TargetGroupArn: fixture.groups.blue,
    AdvancedConfiguration: {
      AlternateTargetGroupArn: fixture.groups.green,
      ProductionListenerRule: fixture.rules.production,
      TestListenerRule: fixture.rules.test,
      RoleArn: role,
    },
  };
  const properties = {
    Cluster: "main",
    ServiceName: "web",
    TaskDefinition: await fixture.register(version),
    DesiredCount: 1,
    LaunchType: "FARGATE",
    NetworkConfiguration: { AwsvpcConfiguration: { Subnets: Subnets.map(({ SubnetId }) => SubnetId) } },
    LoadBalancers: [loadBalancer],
    DeploymentConfiguration: configuration,
    ...more,
  };
  return JSON.stringify({ Resources: { Service: { Type: "AWS::ECS::Service", Properties: properties } } });
}

const StackName = "services";
async function settled(): Promise<string> {
  const { cloudformation } = fixture.simulator.aws;
  for (;;) {
    const { Stacks: [stack] = [] } = await cloudformation.describeStacks({ StackName });
    if (!stack?.StackStatus?.endsWith("_IN_PROGRESS")) return stack?.StackStatus ?? "";
    await fixture.simulator.clock.foreground.wait(1000);
  }
}
async function create(TemplateBody: string) {
  await fixture.simulator.aws.cloudformation.createStack({ StackName, TemplateBody });
  return await settled();
}
async function update(TemplateBody: string) {
  await fixture.simulator.aws.cloudformation.updateStack({ StackName, TemplateBody });
  return await settled();
}
async function reasons(): Promise<string> {
  const { StackEvents = [] } = await fixture.simulator.aws.cloudformation.describeStackEvents({ StackName });
  return StackEvents.map(({ ResourceStatusReason }) => ResourceStatusReason).join("\n");
}
const answer = async () => (await fetch(fixture.productionUrl)).text();
const breaker = { DeploymentCircuitBreaker: { Enable: true, Rollback: true } };

it("an update of a service is complete once the new revision has all traffic", async () => {
  const configuration = {
    Strategy: "CANARY",
    CanaryConfiguration: { CanaryPercent: 10.5, CanaryBakeTimeInMinutes: 1 },
  };
  expect(await create(await template("1", configuration))).toBe("CREATE_COMPLETE");
  expect(await answer()).toBe("1");
  expect(await update(await template("2", configuration))).toBe("UPDATE_COMPLETE");
  expect(await answer()).toBe("2");
  expect(await fixture.newest()).toMatchObject({
    status: "SUCCESSFUL",
    deploymentConfiguration: { strategy: "CANARY" },
  });
});

it("a revision that does not start fails the update, and the stack returns to the running one", async () => {
  const configuration = { Strategy: "BLUE_GREEN", BakeTimeInMinutes: 0, ...breaker };
  expect(await create(await template("1", configuration))).toBe("CREATE_COMPLETE");
  expect(await update(await template("crash", configuration))).toBe("UPDATE_ROLLBACK_COMPLETE");
  expect(await reasons()).toContain(
    `Resource handler returned message: "Error occurred during operation 'ECS Deployment Circuit Breaker was triggered'."`,
  );
  expect(await answer()).toBe("1");
});

it("deployment settings removed from the template return to ECS's defaults", async () => {
  const alarms = { AlarmNames: ["none"], Enable: true, Rollback: true };
  await create(
    await template("1", { Strategy: "BLUE_GREEN", BakeTimeInMinutes: 0, Alarms: alarms, ...breaker }),
  );
  expect(await update(await template("1", { Strategy: "ROLLING" }))).toBe("UPDATE_COMPLETE");
  expect((await fixture.service()).deploymentConfiguration).toMatchObject({
    strategy: "ROLLING",
    alarms: { alarmNames: [], enable: false },
    deploymentCircuitBreaker: { enable: false, rollback: false },
  });
});

it("a new nonce deploys the same revision again", async () => {
  const configuration = { Strategy: "BLUE_GREEN", BakeTimeInMinutes: 0 };
  const force = (ForceNewDeploymentNonce: string) => ({
    ForceNewDeployment: { EnableForceNewDeployment: true, ForceNewDeploymentNonce },
  });
  const first = JSON.parse(await template("1", configuration, force("a")));
  await create(JSON.stringify(first));
  const before = (await fixture.deployments()).length;
  first.Resources.Service.Properties.ForceNewDeployment.ForceNewDeploymentNonce = "b";
  expect(await update(JSON.stringify(first))).toBe("UPDATE_COMPLETE");
  expect((await fixture.deployments()).length).toBe(before + 1);
});
