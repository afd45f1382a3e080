import { afterEach, beforeEach, expect, it } from "vitest";
import { createTestFixture, type Fixture } from "../../ecs/controller/fixture.support.ts";
import { startStackTest } from "./stack.support.ts";

/** A stack with the service `web` of a cluster, behind an existing load balancer. */
let fixture: Fixture;
let stack: Awaited<ReturnType<typeof startStackTest>>;
beforeEach(async () => {
  fixture = await createTestFixture();
  stack = await startStackTest(Promise.resolve(fixture.simulator));
});
afterEach(() => fixture?.close());

const role = "arn:aws:iam::123456789012:role/infrastructure";

async function template(version: string, configuration: object) {
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
  };
  return { Service: { Type: "AWS::ECS::Service", Properties: properties } };
}

const answer = async () => (await fetch(fixture.productionUrl)).text();
const breaker = { DeploymentCircuitBreaker: { Enable: true, Rollback: true } };

it("an update of a service is complete once the new revision has all traffic", async () => {
  const configuration = {
    Strategy: "CANARY",
    CanaryConfiguration: { CanaryPercent: 10.5, CanaryBakeTimeInMinutes: 1 },
  };
  expect(await stack.create(await template("1", configuration))).toBe("CREATE_COMPLETE");
  expect(await answer()).toBe("1");
  expect(await stack.update(await template("2", configuration))).toBe("UPDATE_COMPLETE");
  expect(await answer()).toBe("2");
  expect(await fixture.newest()).toMatchObject({
    status: "SUCCESSFUL",
    deploymentConfiguration: { strategy: "CANARY" },
  });
});

it("a revision that does not start fails the update, and the stack returns to the running one", async () => {
  const configuration = { Strategy: "BLUE_GREEN", BakeTimeInMinutes: 0, ...breaker };
  expect(await stack.create(await template("1", configuration))).toBe("CREATE_COMPLETE");
  expect(await stack.update(await template("crash", configuration))).toContain(
    `Resource handler returned message: "Error occurred during operation 'ECS Deployment Circuit Breaker was triggered'."`,
  );
  expect(await answer()).toBe("1");
});

it("deployment settings removed from the template return to ECS's defaults", async () => {
  const alarms = { AlarmNames: ["none"], Enable: true, Rollback: true };
  await stack.create(
    await template("1", { Strategy: "BLUE_GREEN", BakeTimeInMinutes: 0, Alarms: alarms, ...breaker }),
  );
  expect(await stack.update(await template("1", { Strategy: "ROLLING" }))).toBe("UPDATE_COMPLETE");
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
  const { Service } = await template("1", configuration);
  const deploy = (nonce: string) => ({
    Service: { ...Service, Properties: { ...Service.Properties, ...force(nonce) } },
  });
  await stack.create(deploy("a"));
  const before = (await fixture.deployments()).length;
  expect(await stack.update(deploy("b"))).toBe("UPDATE_COMPLETE");
  expect((await fixture.deployments()).length).toBe(before + 1);
});
