import { createDelivery } from "@ecs-delivery/simulator/outside-clients/delivery.support";
import { registerWeb, webLogs } from "@ecs-delivery/simulator/outside-clients/web.support";
import { createIdleCluster } from "@ecs-delivery/simulator/outside-clients/web-account.support";
import { webProgram } from "@ecs-delivery/simulator/runtime/tasks/in-process-runtime.support";
import { createTestFixture } from "@ecs-delivery/simulator/services/ecs/controller/fixture.support";
import { pushProgram } from "@ecs-delivery/simulator/services/ecs/controller/push-program.support";
import {
  startTestSimulator,
  type TestSimulator,
  testListenerPortOffset,
} from "@ecs-delivery/simulator/test-simulator.support";
import { afterEach, expect, it } from "vitest";
import { openPageClients } from "../clients.ts";
import type { DeploymentPart, ProblemPart, ServicePart } from "../parts.ts";
import { createObserver } from "./observe.ts";
import { allPages } from "./services.ts";

const closers: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** Observes the selected services of an account; by default all. */
function observerOf({ clock, clientConfig }: Pick<TestSimulator, "clock" | "clientConfig">, selection = {}) {
  const clients = openPageClients(clientConfig);
  closers.push(() => {
    for (const client of Object.values(clients)) client.destroy();
  });
  const settings = { clients, region: "us-east-1", now: clock.foreground.now, timeScale: 1 };
  const observer = createObserver({ ...settings, callsPerMinute: 300, ...selection });
  const observe = () => observer(new AbortController().signal);
  return { observe, parts: async () => (await observe()).parts };
}

async function createStage() {
  const simulator = await startTestSimulator({ networks: "enforce", warn: () => {} });
  const { aws } = simulator;
  closers.push(simulator.close);
  const delivery = await createDelivery(simulator, testListenerPortOffset());
  await pushProgram(simulator, delivery.repositoryUri, webProgram);
  const observer = observerOf(simulator);
  return {
    ...observer,
    simulator,
    delivery,
    /** Resolves when the service's first task serves. */
    async isHealthy() {
      await simulator.clock.until(async () => {
        const health = await aws.elbv2.describeTargetHealth({ TargetGroupArn: delivery.targetGroups.blue });
        return health.TargetHealthDescriptions?.[0]?.TargetHealth?.State === "healthy";
      });
    },
    service: async () => (await observer.parts()).get("service/outside/web") as ServicePart,
    deployment: async () =>
      [...(await observer.parts())].find(([key]) => key.startsWith("deployment/"))?.[1] as
        | DeploymentPart
        | undefined,
  };
}

it("shows a blue/green deployment of ECS itself with the stages it has passed", async () => {
  const fixture = await createTestFixture();
  closers.push(fixture.close);
  const { clock } = fixture.simulator;
  const { parts } = observerOf(fixture.simulator);
  await fixture.create({ strategy: "BLUE_GREEN", bakeTimeInMinutes: 5 });
  await clock.until(async () => (await fixture.newest()).status === "SUCCESSFUL");
  const pause = { targetType: "PAUSE" as const, lifecycleStages: ["POST_TEST_TRAFFIC_SHIFT" as const] };
  await fixture.deploy("2", {
    deploymentConfiguration: { strategy: "BLUE_GREEN", bakeTimeInMinutes: 5, lifecycleHooks: [pause] },
  });
  const hook = async () => (await fixture.newest()).lifecycleHookDetails?.[0];
  await clock.until(async () => (await hook())?.status === "AWAITING_ACTION");
  const running = (all: ReadonlyMap<string, unknown>) =>
    [...all.values()].find((part) => (part as DeploymentPart).status === "IN_PROGRESS");
  expect(running(await parts())).toMatchObject({
    traffic: { blue: 100, green: 0 },
    wait: { kind: "reroute", until: (await hook())?.expiresAt?.getTime() },
  });
  await fixture.answerPause();
  await clock.until(async () => (await fixture.newest()).lifecycleStage === "BAKE_TIME");
  const found = await parts();
  expect(running(found)).toMatchObject({
    engine: "ECS",
    verdict: undefined,
    from: { name: "web:1" },
    to: { name: "web:2" },
    traffic: { blue: 0, green: 100 },
    wait: { kind: "bake" },
    events: [
      { name: "POST_TEST_TRAFFIC_SHIFT", status: "Succeeded" },
      { name: "BAKE_TIME", status: "InProgress" },
      { status: "SUCCEEDED" },
    ],
  });
  expect(found.get("service/main/web")).toMatchObject({
    sides: [
      { role: "blue", production: 0, revision: { name: "web:1" } },
      { role: "green", production: 100, revision: { name: "web:2" } },
    ],
  });
});

const run = "https://github.com/octo/shop/actions/runs/7/attempts/1";
const deploy = ({ aws }: TestSimulator, appSpec: object, deploymentConfigName: string) =>
  aws.codedeploy.createDeployment({
    description: `octo/shop@0123456789ab, run 7: ${run}`,
    applicationName: "outside",
    deploymentGroupName: "web",
    deploymentConfigName,
    revision: { revisionType: "AppSpecContent", appSpecContent: { content: JSON.stringify(appSpec) } },
  });

it("shows both sides of a service, its weights and its tasks while a deployment shifts the traffic", async () => {
  const { simulator, delivery, service, deployment, isHealthy } = await createStage();
  const { clock } = simulator;
  await isHealthy();
  expect(await service()).toMatchObject({
    status: "ACTIVE",
    running: 1,
    sides: [
      { role: "blue", targetGroup: "blue", production: 100, revision: { name: "web:1" } },
      { role: "green", targetGroup: "green", production: 0, tasks: [], traffic: undefined },
    ],
  });
  const { deploymentId } = await deploy(
    simulator,
    delivery.appSpec(delivery.taskDefinitions[1]),
    "CodeDeployDefault.ECSLinear10PercentEvery1Minutes",
  );
  const { codedeploy } = simulator.aws;
  const info = async () => (await codedeploy.getDeployment({ deploymentId })).deploymentInfo ?? {};
  const target = async () =>
    (await codedeploy.getDeploymentTarget({ deploymentId, targetId: "outside:web" })).deploymentTarget
      ?.ecsTarget;
  await clock.until(async () => (await target())?.taskSetsInfo?.[1]?.trafficWeight === 30);
  const [blue, green] = (await service()).sides;
  expect(blue).toMatchObject({ production: 70, test: false, revision: { name: "web:1" } });
  expect(green).toMatchObject({ production: 30, test: true, revision: { name: "web:2" } });
  expect(green?.tasks).toMatchObject([{ revision: "web:2", health: "healthy", status: "RUNNING" }]);
  expect(green?.tasks[0]?.digest).toMatch(/^sha256:/);
  const shifting = await deployment();
  expect(shifting).toMatchObject({
    status: "InProgress",
    verdict: undefined,
    to: { name: "web:2" },
    traffic: { blue: 70, green: 30 },
    wait: { kind: "next-shift" },
  });
  expect(shifting?.wait?.until).toBeLessThanOrEqual(clock.foreground.now() + 60_000);
  await clock.until(async () => (await info()).instanceTerminationWaitTimeStarted);
  expect(await deployment()).toMatchObject({
    wait: { kind: "termination" },
    traffic: { blue: 0, green: 100 },
  });
  await clock.until(async () => (await info()).status === "Succeeded");
  expect(await deployment()).toMatchObject({ verdict: "succeeded", wait: undefined });
  expect((await service()).sides.map(({ role, production }) => [role, production])).toEqual([
    ["blue", 0],
    ["green", 100],
  ]);
});

it.each([
  ["in another cluster", { cluster: "other" }, "web"],
  ["in the same cluster", { cluster: "outside", services: ["api"] }, "api"],
])("shows nothing of a deployed service next to one %s", async (_, selection, name) => {
  const { simulator, delivery, parts } = await createStage();
  const { ecs } = simulator.aws;
  await ecs.createCluster({ clusterName: "other" });
  const idle = { cluster: selection.cluster, serviceName: name, taskDefinition: delivery.taskDefinitions[0] };
  const { services } = await ecs.describeServices({ cluster: "outside", services: ["web"] });
  const networkConfiguration = services?.[0]?.networkConfiguration;
  await ecs.createService({ ...idle, desiredCount: 0, launchType: "FARGATE", networkConfiguration });
  const { deploymentId } = await deploy(
    simulator,
    delivery.appSpec(delivery.taskDefinitions[1]),
    "CodeDeployDefault.ECSAllAtOnce",
  );
  const key = `service/${selection.cluster}/${name}`;
  const ofWeb = (found: ReadonlyMap<string, unknown>) =>
    [...found.keys()].filter((each) => each.includes("/outside/web"));
  const all = await parts();
  expect(ofWeb(all)).toEqual(["service/outside/web", `deployment/outside/web/${deploymentId}`]);
  expect(all.get("service/outside/web")).toMatchObject({ sides: [{}, {}] });
  expect(all.get(key)).toMatchObject({ sides: [] });
  const groups = simulator.faults.add({
    operation: "elbv2:DescribeTargetGroups",
    kind: "delay",
    milliseconds: 0,
  });
  const selected = await observerOf(simulator, selection).parts();
  expect(ofWeb(selected)).toEqual([]);
  expect(selected.get(key)).toMatchObject({ sides: [], running: 0 });
  expect(groups.hits).toBe(0);
});

it("shows every service of a cluster, and reads every page of a list", async () => {
  const simulator = await startTestSimulator();
  closers.push(simulator.close);
  const { createService } = await createIdleCluster(simulator);
  const names = Array.from({ length: 11 }, (_, index) => `web-${10 + index}`);
  for (const name of names) await createService(name);
  const found = await observerOf(simulator).parts();
  const active = names.filter((name) => {
    return (found.get(`service/coffee/${name}`) as ServicePart | undefined)?.status === "ACTIVE";
  });
  expect(active).toEqual(names);
  const pages = async (token = "0") => ({
    items: [Number(token)],
    nextToken: token === "2" ? undefined : String(Number(token) + 1),
  });
  expect(await allPages(pages)).toEqual([0, 1, 2]);
});

it("shows the requests that the load balancer counted on each side", async () => {
  const { simulator, delivery, service, isHealthy } = await createStage();
  const { clock } = simulator;
  await isHealthy();
  for (let request = 0; request < 60; request++) await (await fetch(delivery.productionUrl)).text();
  await clock.until(async () => (await service()).sides[0]?.traffic);
  expect((await service()).sides[0]?.traffic).toMatchObject({ requestsPerSecond: 1, failures: 0 });
});

it.each([
  ["1", "", /^The deployment was stopped during Install$/, undefined],
  ["crash", "", /^Container web exited with code 1: Error: cannot read the menu$/, /^read its log/],
  ["exit", "", /^Container web exited with code 3, without a line in its log$/, /^read its log/],
  [
    "unhealthy",
    "",
    /[Hh]ealth checks failed.*ontainer web failed the load balancer's health checks/,
    /^compare/,
  ],
  ["closed", "", /^The security groups of the tasks .* do not admit .* \(Request timed out/, /^aws ec2 auth/],
  [
    "1",
    ":none",
    /^The image of container web does not exist: .*:none:latest: not found$/,
    /^check that the image/,
  ],
])(
  "shows why a release '%s%s' failed, not that deploy-service then stopped it",
  async (version, tag, cause, fix) => {
    const { simulator, delivery, parts, deployment, isHealthy } = await createStage();
    const { clock, aws } = simulator;
    await isHealthy();
    const { SecurityGroups = [] } = await aws.ec2.describeSecurityGroups({});
    const { GroupId, IpPermissions } = SecurityGroups.find(({ GroupName }) => GroupName === "web") ?? {};
    if (version === "closed") await aws.ec2.revokeSecurityGroupIngress({ GroupId, IpPermissions });
    const revision = await registerWeb(simulator, delivery.repositoryUri + tag, version, webLogs);
    const { deploymentId } = await deploy(
      simulator,
      delivery.appSpec(revision),
      "CodeDeployDefault.ECSAllAtOnce",
    );
    await clock.until(async () => (await deployment())?.status === "InProgress");
    await clock.until(async () => {
      const { taskArns = [] } = await aws.ecs.listTasks({ cluster: "outside", desiredStatus: "STOPPED" });
      if (taskArns.length === 0) return !fix;
      const { tasks = [] } = await aws.ecs.describeTasks({ cluster: "outside", tasks: taskArns });
      return tasks.some(({ lastStatus }) => lastStatus === "STOPPED");
    });
    await aws.codedeploy.stopDeployment({ deploymentId, autoRollbackEnabled: true });
    const found = async () => (await parts()).get(`deployment/outside/web/${deploymentId}`) as DeploymentPart;
    await clock.until(async () => (await found()).verdict);
    // The log may come some seconds later.
    await clock.foreground.wait(15_000);
    expect(await found()).toMatchObject({ verdict: "rolled-back", cause: expect.stringMatching(cause), run });
    expect((await found()).fix ?? "").toMatch(fix ?? /^$/);
    expect(JSON.stringify(await found())).not.toMatch(/by the user/);
  },
);

it("keeps what it knows and reports the problem while an AWS service throttles, and slows down", async () => {
  const { simulator, observe, parts, isHealthy } = await createStage();
  const { clock } = simulator;
  await isHealthy();
  await observe();
  simulator.faults.add({ operation: "ecs:DescribeServices", kind: "throttle", times: 6 });
  const throttled = await clock.during(observe());
  const problem = throttled.parts.get("problem/ECS") as ProblemPart;
  expect(problem.kind).toBe("throttled");
  expect(throttled.parts.get("service/outside/web")).toMatchObject({ running: 1 });
  expect(throttled.pauseMs).toBeGreaterThanOrEqual(2000);
  await clock.during(observe());
  expect((await parts()).get("problem/ECS")).toBeUndefined();
});

it("never makes more calls in a minute than permitted", async () => {
  const { simulator, observe } = await createStage();
  const { foreground } = simulator.clock;
  // A delay of nothing only counts the calls.
  const calls = simulator.faults.add({ operation: "*", kind: "delay", milliseconds: 0 });
  const startedAt = foreground.now();
  for (let pass = 0; pass < 20; pass++) await foreground.wait((await observe()).pauseMs);
  expect(calls.hits).toBeGreaterThan(100);
  expect(calls.hits / ((foreground.now() - startedAt) / 60_000)).toBeLessThanOrEqual(300);
});

it("reads the rules of a load balancer without a service seldom, those of a service in each pass", async () => {
  const { simulator, parts, isHealthy } = await createStage();
  const { clock, aws } = simulator;
  await isHealthy();
  const rules = simulator.faults.add({ operation: "elbv2:DescribeRules", kind: "delay", milliseconds: 0 });
  await parts();
  const { LoadBalancers: [own] = [] } = await aws.elbv2.describeLoadBalancers({});
  const Subnets = own?.AvailabilityZones?.map(({ SubnetId = "" }) => SubnetId);
  const { LoadBalancers } = await aws.elbv2.createLoadBalancer({ Name: "other", Subnets });
  await aws.elbv2.createListener({
    LoadBalancerArn: LoadBalancers?.[0]?.LoadBalancerArn,
    Protocol: "HTTP",
    Port: testListenerPortOffset() + 9000,
    DefaultActions: [{ Type: "fixed-response", FixedResponseConfig: { StatusCode: "404" } }],
  });
  const ofServices = rules.hits;
  await clock.foreground.wait(5_000);
  for (let pass = 0; pass < 3; pass++) await parts();
  expect(rules.hits).toBe(4 * ofServices + 1);
});
