import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { startTestSimulator, type TestSimulator } from "../../../simulator/src/test-simulator.support.ts";
import { check, checkoutOf, itemsOf, ownFiles } from "./check.support.ts";
import {
  courseParts,
  createContainers,
  createLoadBalancer,
  createServices,
  limitAdmin,
} from "./lab-account.support.ts";
import { courseNames, taskDefinition } from "./lab-parts.support.ts";

/** An account with phases 5 to 7, before anything is deployed. */
/** The simulator serves every database there. */
const host = "127.0.0.1";
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
  expect(idsOf(itemsOf(report, "fail"))).toEqual(["5.images", "5.taskdef-files", "5.appspec-files"]);
  expect(itemsOf(report, "unchecked")).toEqual([]);
  expect(report.phases.map(({ score }) => score.percent)).toEqual([70, 100, 100]);
});

describe("before the first deployment", () => {
  const forward = (ListenerArn: string, TargetGroupArn: string | undefined) =>
    simulator.aws.elbv2.modifyListener({
      ListenerArn,
      DefaultActions: [{ Type: "forward", TargetGroupArn }],
    });

  it("catches a target group on port 80", async () => {
    const { TargetGroups } = await simulator.aws.elbv2.createTargetGroup({
      Name: "customer-tg-three",
      TargetType: "ip",
      Protocol: "HTTP",
      Port: 80,
      VpcId: (await courseParts(simulator)).vpc,
    });
    await forward(balancing.listeners.test.arn, TargetGroups?.[0]?.TargetGroupArn);
    const report = await check(simulator, { numbers: [6] });
    await forward(balancing.listeners.test.arn, balancing.group("customer", "one"));
    expect(itemsOf(report, "fail")).toEqual(["6.target-groups: customer-tg-three is on port 80, not 8080"]);
  });

  it("catches listeners that both forward to one target group", async () => {
    await forward(balancing.listeners.test.arn, balancing.group("customer", "two"));
    const report = await check(simulator, { numbers: [6] });
    await forward(balancing.listeners.test.arn, balancing.group("customer", "one"));
    expect(itemsOf(report, "fail")).toEqual([
      "6.listeners: listeners 80 and 8080 both forward to customer-tg-two",
    ]);
  });

  it("catches swapped target groups", async () => {
    const { production, test } = balancing.listeners;
    await forward(production.arn, balancing.group("customer", "one"));
    await forward(test.arn, balancing.group("customer", "two"));
    const report = await check(simulator, { numbers: [6, 7] });
    await forward(production.arn, balancing.group("customer", "two"));
    await forward(test.arn, balancing.group("customer", "one"));
    expect(itemsOf(report, "fail")).toEqual([
      expect.stringMatching(
        /^7\.behind-listener: .* tasks in customer-tg-two, but listener 80 .* customer-tg-one$/,
      ),
    ]);
  });
});

describe("without the address of the browser", () => {
  const notFound = async (address: string) => ({ address, status: 404, text: "" });
  it.each([
    ["10.16.0.5/32", "fail", "10.16.0.5/32 is private; the load balancer sees public addresses"],
    [
      "198.51.100.9/32",
      "unchecked",
      "198.51.100.9/32 blocks this machine; set browser-address to check yours",
    ],
  ] as const)("judges the range %s", async (source, status, text) => {
    for (const { rule } of Object.values(balancing.listeners)) await limitAdmin(simulator, rule, { source });
    const report = await check(simulator, { numbers: [9], browserAddress: undefined, readPage: notFound });
    for (const { rule } of Object.values(balancing.listeners))
      await limitAdmin(simulator, rule, { source: "" });
    expect(itemsOf(report, status)).toContain(`9.own-address: listener 80: ${text}; listener 8080: ${text}`);
  });
});

it("names the denied call, and checks the other items", async () => {
  simulator.faults.add({ kind: "deny", operation: "rds:DescribeDBInstances" });
  const report = await check(simulator, { numbers: [5] });
  expect(itemsOf(report, "unchecked")).toEqual([
    "5.database-host: the credentials may not call rds:DescribeDBInstances",
  ]);
  expect(itemsOf(report, "pass")).toHaveLength(7);
});

it("goes on when the credentials expire in the middle", async () => {
  simulator.faults.add({ kind: "expire", operation: "elbv2:*" });
  const report = await check(simulator, { numbers: [5, 6] });
  expect(itemsOf(report, "unchecked").every((item) => /^6\..*credentials have expired/.test(item))).toBe(
    true,
  );
  expect(itemsOf(report, "pass").length).toBeGreaterThan(5);
});

it("says so once for all when there are no credentials, and still checks the repository", async () => {
  const account = {
    region: "us-east-1",
    endpoint: simulator.endpoint,
    credentials: async () => {
      throw Object.assign(new Error("none"), { name: "CredentialsProviderError" });
    },
  };
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
  const account = { ...simulator.clientConfig, region: "eu-west-3" };
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

describe("a registered task definition", () => {
  /** Has no service, so the newest revisions count. */
  let alone: TestSimulator;
  beforeAll(async () => {
    alone = await startTestSimulator({ account: "academy" });
    await alone.aws.ecs.registerTaskDefinition(
      taskDefinition("employee", "employee-microservice", "employee", host),
    );
    await alone.clock.foreground.wait(15 * 60_000);
  });
  afterAll(() => alone?.close());

  const container = (change: object) => ({
    containerDefinitions: [
      { ...taskDefinition("customer", "", "customer", host).containerDefinitions[0], ...change },
    ],
  });
  const endpoint = (value: string) => container({ environment: [{ name: "APP_DB_HOST", value }] });

  it.each<[string, object, string[], RegExp]>([
    [
      "without APP_DB_HOST",
      container({ environment: [] }),
      ["5.database-host"],
      /no APP_DB_HOST: .* localhost/,
    ],
    [
      "of another's database",
      endpoint("supplierdb.abc.us-east-1.rds.amazonaws.com"),
      ["5.database-host"],
      /this account has 127/,
    ],
    [
      "with port 8081",
      container({ portMappings: [{ containerPort: 8081 }] }),
      ["5.task-definitions"],
      /port 8081, not 8080/,
    ],
    [
      "of another account's role",
      { executionRoleArn: "arn:aws:iam::210987654321:role/PipelineRole" },
      ["5.account"],
      /belongs to account 210987654321, not 123456789012/,
    ],
    [
      "of another account's image",
      container({ image: "210987654321.dkr.ecr.us-west-2.amazonaws.com/customer:latest" }),
      ["5.account"],
      /account 210987654321, not 123456789012; .*us-west-2, not us-east-1/,
    ],
    ...[
      "<RDS-ENDPOINT>",
      "<db endpoint>",
      "{{host}}",
      "$\u007bDB_HOST}",
      "YOUR_DB_ENDPOINT",
      "REPLACE_ME",
      "xxxxxxxx.rds",
      "$dbEndpoint",
    ].map((spelling): [string, object, string[], RegExp] => [
      `with ${spelling}`,
      endpoint(spelling),
      ["5.placeholders", "5.database-host"],
      /APP_DB_HOST\]\.value has /,
    ]),
  ])("%s", async (_, change, items, evidence) => {
    await alone.aws.ecs.registerTaskDefinition({
      ...taskDefinition("customer", "customer-microservice", "customer", host),
      ...change,
    });
    const failed = itemsOf(await check(alone, { numbers: [5] }), "fail").filter((item) =>
      /^5\.(task-def|placeh|account|database)/.test(item),
    );
    expect(idsOf(failed)).toEqual(items);
    expect(failed[0]).toMatch(evidence);
  });
});
