import { afterAll, afterEach, describe, expect, it } from "vitest";
import { document } from "../permissions/caller.support.ts";
import { startTestSimulator } from "../test-simulator.support.ts";
import { prepareTasks, releaseGateways } from "./set-ups.support.ts";
import { makeNetwork, networkOf, setUps } from "./set-ups.ts";

const warnings: string[] = [];
const warn = (text: string) => void warnings.push(text);
const simulator = await startTestSimulator({ networks: "enforce", warn });
afterAll(() => simulator.close());
afterEach(() => releaseGateways(simulator));
const { aws, clock } = simulator;
const tasks = await prepareTasks(simulator);

it.each(setUps)("a task with $way: $name", async ({ reason, ...setUp }) => {
  warnings.length = 0;
  const names = await makeNetwork(simulator, setUp.way, setUp.calls);
  const task = await tasks.start(names, setUp);
  expect(await tasks.outcome(task)).toMatch(new RegExp(setUp.expected));
  expect(warnings.join("\n")).toMatch(new RegExp(reason ? `^networks: .*${reason}` : "^$"));
  await aws.ecs.stopTask({ cluster: "main", task });
});

const route = { RouteTableId: "$publicTable", DestinationCidrBlock: "0.0.0.0/0" };
const connectionIssue = /There is a connection issue between the task and Amazon ECR/;

const createClosedNetwork = (account = simulator) => makeNetwork(account, "public", [["deleteRoute", route]]);

describe("a task without a way out", () => {
  const start = async () => tasks.start(await createClosedNetwork(), { way: "public" });

  it("stops after 4 minutes and 48 seconds", async () => {
    const task = await start();
    expect(await tasks.outcome(task)).toMatch(connectionIssue);
    const { createdAt, stoppedAt, stopCode } = await tasks.describe(task);
    expect(Number(stoppedAt) - Number(createdAt)).toBeCloseTo(288_000, -3);
    expect(stopCode).toBe("TaskFailedToStart");
  });

  it("is PENDING, and stops when it is asked to", async () => {
    const task = await start();
    await clock.eventually(async () => expect((await tasks.describe(task)).lastStatus).toBe("PENDING"));
    await aws.ecs.stopTask({ cluster: "main", task, reason: "enough" });
    expect(await tasks.outcome(task)).toBe("enough");
    const { createdAt, stoppedAt } = await tasks.describe(task);
    expect(Number(stoppedAt) - Number(createdAt)).toBeLessThan(20_000);
  });

  it.each([
    ["runs without --networks enforce", {}, /^RUNNING$/],
    ["reports the network first", { networks: "enforce", permissions: "enforce" } as const, connectionIssue],
  ])("%s", async (_, options, expected) => {
    const other = await startTestSimulator({ ...options, warn });
    const Principal = { Service: "ecs-tasks.amazonaws.com" };
    const trust = document({ Effect: "Allow", Principal, Action: "sts:AssumeRole" });
    await other.aws.iam.createRole({ RoleName: "execution", AssumeRolePolicyDocument: trust });
    const { start, outcome } = await prepareTasks(other);
    const task = await start(await createClosedNetwork(other), { way: "public" });
    expect(await outcome(task)).toMatch(expected);
    await other.close();
  });
});

it("a service without a way out goes on trying until there is one, and fails without its group", async () => {
  const { $publicTable: RouteTableId, $igw: GatewayId, ...names } = await createClosedNetwork();
  await aws.ecs.createService({
    cluster: "main",
    serviceName: "web",
    taskDefinition: await tasks.register(),
    desiredCount: 1,
    launchType: "FARGATE",
    networkConfiguration: networkOf(names, "public"),
  });
  const read = async () =>
    (await aws.ecs.describeServices({ cluster: "main", services: ["web"] })).services?.[0] ?? {};
  const reports = (pattern: RegExp) =>
    clock.eventually(async () => expect((await read()).events?.[0]?.message).toMatch(pattern));
  await reports(/^\(service web\) was unable to place a task\. Reason: Resource.* i\/o timeout\.$/);
  await clock.eventually(async () => expect((await read()).deployments?.[0]?.failedTasks).toBe(2));
  await aws.ec2.createRoute({ ...route, RouteTableId, GatewayId });
  await reports(/steady state/);
  await aws.ec2.deleteSecurityGroup({ GroupId: names.$taskGroup });
  const { taskArns } = await aws.ecs.listTasks({ cluster: "main", serviceName: "web" });
  await aws.ecs.stopTask({ cluster: "main", task: taskArns?.[0] });
  await reports(/'subnet-\w+': InvalidGroup\.NotFound\.$/);
});
