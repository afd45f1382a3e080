import type { TaskDefinition } from "@aws-sdk/client-ecs";
import { makeNetwork, networkOf, settleGateways, setUps } from "@ecs-delivery/simulator/networks/set-ups";
import { prepareTasks, releaseGateways } from "@ecs-delivery/simulator/networks/set-ups.support";
import { type Changes, createWayIn } from "@ecs-delivery/simulator/networks/way-in-account";
import waysIn from "@ecs-delivery/simulator/networks/way-in-set-ups.json" with { type: "json" };
import { webProgram } from "@ecs-delivery/simulator/runtime/tasks/in-process-runtime.support";
import { pushProgram } from "@ecs-delivery/simulator/services/ecs/controller/push-program.support";
import { startTestSimulator } from "@ecs-delivery/simulator/test-simulator.support";
import { afterAll, afterEach, expect, it } from "vitest";
import { clientsOf } from "../stage.support.ts";
import { findWays, tasksOf } from "./networks.ts";

const simulator = await startTestSimulator();
afterAll(() => simulator.close());
afterEach(() => releaseGateways(simulator));
const subject = { clients: clientsOf(simulator), signal: new AbortController().signal };
const { register } = await prepareTasks(simulator);

/** On AWS, a VPC may have other DNS servers, and a peer. Rules for addresses that AWS keeps are not worth code. */
const undecided = [
  "a VPC without DNS",
  "the database is in another VPC",
  "the tasks' group admits the four addresses of a subnet that AWS keeps",
  "the tasks' group admits the last address of a subnet, which AWS keeps",
];

/** The simulator decides by code of its own what becomes of a task: neither knows the other's. */
it.each(setUps)(
  "decides as the simulator about a task with $way: $name",
  async ({ name, way, calls, task, expected, reason }) => {
    const names = await makeNetwork(simulator, way, calls);
    await settleGateways(simulator);
    const revision = await register(task);
    const { taskDefinition } = await simulator.aws.ecs.describeTaskDefinition({ taskDefinition: revision });
    const { ways, unread } = await findWays(
      {
        ...subject,
        taskDefinition: taskDefinition as TaskDefinition & { family: string; containerDefinitions: [] },
        service: { serviceArn: "arn:aws:ecs:us-east-1:123456789012:service/main/web" },
      },
      { networkConfiguration: networkOf(names, way, task), launchType: "FARGATE", targets: [] },
    );
    expect(unread).toEqual([]);
    const closed = ways
      .filter(({ answer }) => answer === "closed")
      .map(({ text, fix }) => `${text} | ${fix}`);
    // Without a reason of the network, a task stops for another one.
    if (expected === "^RUNNING$" || !reason || undecided.includes(name)) expect(closed).toEqual([]);
    else expect(closed).toContainEqual(expect.stringMatching(/^tasks in .* cannot reach .* \| \S+/));
  },
);

const { repository } = await simulator.aws.ecr.createRepository({ repositoryName: "web-in" });
const image = `${repository?.repositoryUri}:latest`;
await pushProgram(simulator, repository?.repositoryUri ?? "", webProgram);

it.each(waysIn.filter(({ expected }) => "health" in expected || "database" in expected))(
  "decides as the simulator if $that",
  async ({ that, expected, aws: onAws, ...changes }) => {
    const {
      account = {},
      changes: edits = {},
      later = {},
    } = changes as object as { [when: string]: Changes };
    const created = await createWayIn(simulator, { image }, account, edits, later);
    await created.untilCreated();
    const { ecs, rds } = simulator.aws;
    const [cluster, service] = [await created.idOf("cluster"), await created.idOf("service")];
    const { services: [found = {}] = [] } = await ecs.describeServices({ cluster, services: [service] });
    const { DBInstances } = await rds.describeDBInstances({});
    const value = DBInstances?.[0]?.Endpoint?.Address;
    const containerDefinitions = [{ name: "web", environment: [{ name: "DB", value }] }];
    const { ways } = await findWays(
      { ...subject, taskDefinition: { family: "web", containerDefinitions }, service: found },
      { ...tasksOf(found, undefined), targets: [{ group: await created.idOf("targetGroup"), port: 8080 }] },
    );
    await created.remove();
    const closed = ways.filter(({ answer }) => answer === "closed").map(({ kind }) => kind);
    const isClosed = !/healthy 200|open/.test(`${expected.health} ${expected.status} ${expected.database}`);
    const kind = "health" in expected ? "in" : "database";
    if (isClosed && !undecided.includes(that)) expect(closed).toContain(kind);
    else expect(closed).toEqual([]);
    if (onAws.startsWith("not checked")) expect(closed).toEqual([]);
  },
);
