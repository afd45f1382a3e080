import { startTestSimulator } from "@ecs-delivery/simulator/test-simulator.support";
import { afterAll, afterEach, expect, it } from "vitest";
import { check, checkoutOf, itemsOf, ownFiles } from "./check.support.ts";
import { readAccount } from "./lab.ts";
import { courseParts, createContainers, createLoadBalancer, createServices } from "./lab-account.support.ts";
import { courseNames } from "./lab-parts.support.ts";

/** The simulator serves every database there. */
const host = "127.0.0.1";
/** An account with phases 5 to 7, before anything is deployed. */
const simulator = await startTestSimulator({ account: "academy" });
const parts = await courseParts(simulator);
await createContainers(simulator, courseNames, host);
const balancing = await createLoadBalancer(simulator, courseNames, parts);
await createServices(simulator, courseNames, { ...parts, ...balancing });
await simulator.clock.foreground.wait(5 * 60_000);
afterEach(() => simulator.faults.clear());
afterAll(() => simulator.close());

const idsOf = (items: readonly string[]) => items.map((item) => item.split(":")[0]);

it("passes phases 5 to 7 of a student who has not deployed yet, but for image and definition files", async () => {
  const report = await check(simulator, { numbers: [5, 6, 7] });
  expect(idsOf(itemsOf(report, "fail"))).toEqual(["5.images", "5.taskdef-files"]);
  expect(idsOf(itemsOf(report, "waiting"))).toEqual(["5.appspec-files"]);
  expect(itemsOf(report, "unchecked")).toEqual([]);
  expect(report.phases.map(({ score }) => score.percent)).toEqual([70, 100, 100]);
});

it("names the denied call, and checks the other items", async () => {
  simulator.faults.add({ kind: "deny", operation: "rds:DescribeDBInstances" });
  const report = await check(simulator, { numbers: [5] });
  expect(itemsOf(report, "unchecked")).toEqual([
    "5.database-host: the credentials may not call rds:DescribeDBInstances",
  ]);
  expect(itemsOf(report, "pass")).toHaveLength(7);
});

const all = [1, 3, 4, 5, 6, 7, 8, 9, 10];

it("gives one reason for all that follows when the keys expire in the middle, and fails nothing for it", async () => {
  const valid = await check(simulator, { numbers: all });
  const whole = idsOf([...itemsOf(valid, "fail"), ...itemsOf(valid, "waiting")]);
  for (const after of [0, 1, 2, 5, 9, 14, 20]) {
    simulator.faults.add({ kind: "expire", operation: "*", after });
    const report = await check(simulator, { numbers: all });
    simulator.faults.clear();
    const failed = itemsOf(report, "fail").filter((item) => !whole.includes(item.split(":")[0]));
    expect({ after, failed }).toEqual({ after, failed: [] });
    const reasons = itemsOf(report, "unchecked").map((item) => item.replace(/^[\w.-]+: /, ""));
    expect(reasons.length).toBeGreaterThan(0);
    expect(
      reasons.filter((reason) => !/^the keys expired at [\d-]{10} [\d:]{5} UTC: paste new/.test(reason)),
    ).toEqual([]);
  }
});

it("checks what AWS throttles at first", async () => {
  simulator.faults.add({ kind: "throttle", operation: "ecs:*", times: 2 });
  const account = readAccount({ ...simulator.clientConfig, maxAttempts: 3 });
  expect(itemsOf(await check(simulator, { account, numbers: [5] }), "unchecked")).toEqual([]);
});

it("reports missing credentials once, and still checks the repository", async () => {
  const account = readAccount({
    region: "us-east-1",
    endpoint: simulator.endpoint,
    credentials: async () => {
      throw Object.assign(new Error("none"), { name: "CredentialsProviderError" });
    },
  });
  const report = await check(simulator, { account, numbers: [1, 5] });
  expect(itemsOf(report, "pass")).toHaveLength(5);
  expect(itemsOf(report, "unchecked")).toHaveLength(11);
  expect(itemsOf(report, "unchecked")[0]).toBe(
    "5.image-repositories: sts:GetCallerIdentity: No AWS credentials were found",
  );
  expect(report.account).toBeNull();
  const checkout = { ...checkoutOf(ownFiles), remotes: async () => [] };
  const unpushed = await check(simulator, { account, checkout, numbers: [3, 4] });
  expect(itemsOf(unpushed, "fail")).toEqual([]);
  expect(idsOf(itemsOf(unpushed, "pass"))).toEqual(["3.no-keys", "3.no-packages"]);
});

it("says that the region is another one", async () => {
  const account = readAccount({ ...simulator.clientConfig, region: "eu-west-3" });
  expect((await check(simulator, { account, numbers: [5] })).notes).toEqual([
    "The region is eu-west-3; the course uses us-east-1. Set AWS_REGION if the lab is there",
  ]);
});

it("says that a repository without a remote was not pushed", async () => {
  const checkout = { ...checkoutOf(ownFiles), remotes: async () => [] };
  expect(itemsOf(await check(simulator, { checkout, numbers: [3] }), "fail")).toContain(
    "3.repository: the repository has no remote: nothing was pushed; CodeCommit has none",
  );
});

it("takes one of two services that fit, and names the other", async () => {
  const { ecs } = simulator.aws;
  await ecs.createCluster({ clusterName: "microservices-copy" });
  await ecs.createService({
    cluster: "microservices-copy",
    serviceName: "employee-microservice",
    taskDefinition: "employee-microservice",
    desiredCount: 0,
    launchType: "FARGATE",
    networkConfiguration: { awsvpcConfiguration: { subnets: (await courseParts(simulator)).subnets } },
  });
  try {
    const report = await check(simulator, { numbers: [7] });
    expect(itemsOf(report, "fail")).toEqual([]);
    expect(report.taken["the employee service"]).toBe(
      "microservices-serverlesscluster/employee-microservice",
    );
  } finally {
    await ecs.deleteService({ cluster: "microservices-copy", service: "employee-microservice", force: true });
  }
});

it.each(["ecr", "ecs", "elbv2", "codedeploy", "codecommit", "cloudformation", "rds", "ec2", "iam", "sts"])(
  "never gives more points when %s is denied",
  async (service) => {
    const { score } = await check(simulator);
    simulator.faults.add({ kind: "deny", operation: `${service}:*` });
    const denied = await check(simulator);
    expect(denied.score.of).toBe(score.of);
    expect(denied.score.points).toBeLessThanOrEqual(score.points);
    expect(denied.score.percent).toBe(Math.floor((100 * denied.score.points) / score.of));
  },
);
