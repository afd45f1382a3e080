import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { RunTaskCommandInput } from "@aws-sdk/client-ecs";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { PulledImage } from "../../planes/registry.ts";
import { makeProgram } from "../../planes/tasks/images-for-tests.ts";
import { createWorld, networkConfiguration } from "./world-for-tests.ts";

const secret = "arn:aws:secretsmanager:us-east-1:123456789012:secret:db-AbCdEf";
const logTo = (group: string, options = {}) => ({
  logDriver: "awslogs" as const,
  options: {
    "awslogs-group": group,
    "awslogs-region": "us-east-1",
    "awslogs-stream-prefix": "p",
    ...options,
  },
});

let directory: string;
let images: Record<string, PulledImage>;
let world: Awaited<ReturnType<typeof createWorld>>;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "ecs-tasks-test-"));
  images = {
    web: await makeProgram(directory, "console.log([process.env.A, process.env.B, process.argv[2]].join())"),
    patient: await makeProgram(
      directory,
      "process.on('SIGTERM', () => console.log('not yet')); setInterval(() => {}, 1000); console.log('up')",
    ),
  };
});
afterAll(() => rm(directory, { recursive: true, force: true }));
beforeEach(async () => {
  world = await createWorld(images);
  await world.ecs.createCluster({ clusterName: "main" });
});
afterEach(() => world.close());

async function run(settings: Partial<RunTaskCommandInput> = {}): Promise<string> {
  const { tasks = [] } = await world.ecs.runTask({
    cluster: "main",
    taskDefinition: "web",
    launchType: "FARGATE",
    networkConfiguration,
    ...settings,
  });
  return tasks[0]?.taskArn as string;
}

const describeTask = async (arn: string) =>
  (await world.ecs.describeTasks({ cluster: "main", tasks: [arn] })).tasks?.[0];

async function runToEnd(settings?: Partial<RunTaskCommandInput>) {
  const arn = await run(settings);
  await expect.poll(async () => (await describeTask(arn))?.lastStatus).toBe("STOPPED");
  return (await describeTask(arn)) ?? {};
}

describe("runTask", () => {
  it("runs a task to its end and tells all about it", async () => {
    await world.register({ environment: [{ name: "A", value: "1" }], logConfiguration: logTo("/there") });
    const task = await runToEnd({
      startedBy: "me",
      overrides: {
        containerOverrides: [{ name: "web", command: ["x"], environment: [{ name: "B", value: "2" }] }],
      },
    });
    expect(task).toMatchObject({
      desiredStatus: "STOPPED",
      stopCode: "EssentialContainerExited",
      stoppedReason: "Essential container in task exited",
      group: "family:web",
      startedBy: "me",
      launchType: "FARGATE",
      cpu: "512",
      memory: "1024",
      availabilityZone: "us-east-1a",
      attachments: [{ type: "ElasticNetworkInterface" }],
      containers: [
        {
          name: "web",
          exitCode: 0,
          imageDigest: images.web?.digest,
          networkInterfaces: [{ privateIpv4Address: expect.stringMatching(/^10\.0\.1\.\d+$/) }],
        },
      ],
    });
    expect([...world.logs]).toEqual([[`/there p/web/${task.taskArn?.split("/").at(-1)}`, ["1,2,x"]]]);
    const filters = { cluster: "main", desiredStatus: "STOPPED" } as const;
    const listed = { taskArns: [task.taskArn] };
    expect(await world.ecs.listTasks({ ...filters, startedBy: "me", family: "web" })).toMatchObject(listed);
    expect(await world.ecs.listTasks({ ...filters, startedBy: "you" })).toMatchObject({ taskArns: [] });
  });

  it.each([
    ["whole", secret, '{"password":"coffee","port":3306}'],
    ["one key", `${secret}:password::`, "coffee"],
    ["a key that is no text", `${secret}:port::`, "3306"],
  ])("gives a secret: %s", async (_, valueFrom, value) => {
    world.secrets.set(secret, '{"password":"coffee","port":3306}');
    await world.register({ secrets: [{ name: "A", valueFrom }], logConfiguration: logTo("/there") });
    await runToEnd();
    expect([...world.logs.values()].flat()).toEqual([`${value},,`]);
  });

  it.each([
    ["a secret that is not there", { secrets: [{ name: "A", valueFrom: secret }] }, "failed to fetch secret"],
    [
      "a log group that is not there",
      { logConfiguration: logTo("/new") },
      "The specified log group does not exist.",
    ],
  ])("stops for %s", async (_, container, reason) => {
    await world.register(container);
    const task = await runToEnd();
    expect(task).toMatchObject({
      stopCode: "TaskFailedToStart",
      stoppedReason: expect.stringMatching(/^ResourceInitializationError: /),
    });
    expect(task.stoppedReason).toContain(reason);
  });

  it("stops for a key that the secret lacks, without showing the secret", async () => {
    world.secrets.set(secret, '{"password":"coffee"}');
    await world.register({ secrets: [{ name: "A", valueFrom: `${secret}:user::` }] });
    const { stoppedReason } = await runToEnd();
    expect(stoppedReason).toContain("did not contain json key user");
    expect(stoppedReason).not.toContain("coffee");
  });

  it("creates the log group when told to", async () => {
    await world.register({ logConfiguration: logTo("/new", { "awslogs-create-group": "true" }) });
    expect(await runToEnd()).toMatchObject({ stopCode: "EssentialContainerExited" });
    expect([...world.logs.values()].flat()).toEqual([",,"]);
  });

  it.each([
    [{ launchType: "EC2" as const }, "launch type FARGATE only"],
    [{ networkConfiguration: undefined }, "Network Configuration must be provided"],
    [
      { networkConfiguration: { awsvpcConfiguration: { subnets: ["subnet-gone"] } } },
      "Error retrieving subnet information for [subnet-gone]",
    ],
    [{ taskDefinition: "none" }, "TaskDefinition not found."],
    [{ cluster: "none" }, "Cluster not found."],
    [{ count: 11 }, "Task count must be between 1 and 10."],
    [{ overrides: { containerOverrides: [{ name: "x" }] } }, "x is not a container in the TaskDefinition."],
  ])("refuses %j", async (settings, message) => {
    await world.register();
    await expect(run(settings)).rejects.toThrow(message);
  });
});

describe("stopTask", () => {
  it("sends SIGTERM, then SIGKILL once the stop timeout has passed", async () => {
    await world.register({ image: "patient", stopTimeout: 1, logConfiguration: logTo("/there") });
    const arn = await run();
    await expect.poll(() => [...world.logs.values()].flat()).toEqual(["up"]);
    await world.ecs.stopTask({ cluster: "main", task: arn, reason: "enough" });
    await expect.poll(async () => (await describeTask(arn))?.lastStatus, { timeout: 5_000 }).toBe("STOPPED");
    expect(await describeTask(arn)).toMatchObject({
      stopCode: "UserInitiated",
      stoppedReason: "enough",
      containers: [{ exitCode: 137 }],
    });
    expect([...world.logs.values()].flat()).toEqual(["up", "not yet"]);
  });

  it("names a task that is not there", async () => {
    await expect(world.ecs.stopTask({ cluster: "main", task: "none" })).rejects.toThrow(
      "The referenced task was not found.",
    );
    expect(await world.ecs.describeTasks({ cluster: "main", tasks: ["none"] })).toMatchObject({
      failures: [{ arn: "arn:aws:ecs:us-east-1:123456789012:task/main/none", reason: "MISSING" }],
    });
  });
});
