import type { RunTaskCommandInput } from "@aws-sdk/client-ecs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Program } from "../../runtime/tasks/in-process-runtime.support.ts";
import { createFixture, type Fixture, networkConfiguration } from "./fixture.support.ts";

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

const programs: Record<string, Program> = {
  web: ({ environment: { A, B }, args, log }) => {
    log([A, B, args[0]].join());
    return 0;
  },
  curious: ({ metadata, log }) => {
    log(JSON.stringify(metadata.container()));
    log(JSON.stringify(metadata.task()));
    return 0;
  },
  patient: ({ log, onSignal }) => {
    onSignal(() => log("not yet"));
    log("up");
  },
};

let fixture: Fixture;
beforeEach(async () => {
  fixture = await createFixture(programs);
  await fixture.ecs.createCluster({ clusterName: "main" });
});
afterEach(() => fixture.close());

async function run(settings: Partial<RunTaskCommandInput> = {}): Promise<string> {
  const { tasks = [] } = await fixture.ecs.runTask({
    cluster: "main",
    taskDefinition: "web",
    launchType: "FARGATE",
    networkConfiguration,
    ...settings,
  });
  return tasks[0]?.taskArn as string;
}

const describeTask = async (arn: string) =>
  (await fixture.ecs.describeTasks({ cluster: "main", tasks: [arn] })).tasks?.[0];

async function runToEnd(settings?: Partial<RunTaskCommandInput>) {
  const arn = await run(settings);
  await fixture.clock.eventually(async () => expect((await describeTask(arn))?.lastStatus).toBe("STOPPED"));
  return (await describeTask(arn)) ?? {};
}

describe("runTask", () => {
  it("runs a task to its end and reports all about it", async () => {
    await fixture.register({ environment: [{ name: "A", value: "1" }], logConfiguration: logTo("/there") });
    const task = await runToEnd({
      startedBy: "github/me/shop-1",
      overrides: {
        containerOverrides: [{ name: "web", command: ["x"], environment: [{ name: "B", value: "2" }] }],
      },
    });
    expect(task).toMatchObject({
      desiredStatus: "STOPPED",
      stopCode: "EssentialContainerExited",
      stoppedReason: "Essential container in task exited",
      group: "family:web",
      startedBy: "github/me/shop-1",
      launchType: "FARGATE",
      cpu: "512",
      memory: "1024",
      availabilityZone: "us-east-1a",
      attachments: [{ type: "ElasticNetworkInterface" }],
      containers: [
        {
          name: "web",
          exitCode: 0,
          imageDigest: fixture.images.web?.digest,
          networkInterfaces: [{ privateIpv4Address: expect.stringMatching(/^10\.0\.1\.\d+$/) }],
        },
      ],
    });
    expect([...fixture.logs]).toEqual([[`/there p/web/${task.taskArn?.split("/").at(-1)}`, ["1,2,x"]]]);
    const filters = { cluster: "main", desiredStatus: "STOPPED" } as const;
    const listed = { taskArns: [task.taskArn] };
    expect(
      await fixture.ecs.listTasks({ ...filters, startedBy: "github/me/shop-1", family: "web" }),
    ).toMatchObject(listed);
    expect(await fixture.ecs.listTasks({ ...filters, startedBy: "you" })).toMatchObject({ taskArns: [] });
  });

  it("prefers command and environment of its overrides to those of the definition", async () => {
    const environment = [
      { name: "A", value: "1" },
      { name: "B", value: "1" },
    ];
    await fixture.register({ command: ["x"], environment, logConfiguration: logTo("/there") });
    const override = { command: ["y"], environment: [{ name: "B", value: "2" }] };
    const overrides = { containerOverrides: [{ name: "web", ...override }] };
    expect(await runToEnd({ overrides })).toMatchObject({ overrides, containers: [{ exitCode: 0 }] });
    expect([...fixture.logs.values()].flat()).toEqual(["1,2,y"]);
  });

  it("provides a container with its metadata", async () => {
    await fixture.register({
      image: "curious",
      cpu: 128,
      dockerLabels: { team: "coffee" },
      logConfiguration: logTo("/there"),
    });
    const { taskArn = "", clusterArn, containers = [] } = await runToEnd();
    const [container, task] = [...fixture.logs.values()].flat().map((line) => JSON.parse(line));
    const id = taskArn.split("/").at(-1);
    const moment = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
    expect(container).toEqual({
      DockerId: expect.stringMatching(new RegExp(`^${id}-\\d{10}$`)),
      Name: "web",
      DockerName: "web",
      Image: "curious",
      ImageID: fixture.images.curious?.digest,
      Labels: {
        team: "coffee",
        "com.amazonaws.ecs.cluster": clusterArn,
        "com.amazonaws.ecs.container-name": "web",
        "com.amazonaws.ecs.task-arn": taskArn,
        "com.amazonaws.ecs.task-definition-family": "web",
        "com.amazonaws.ecs.task-definition-version": "1",
      },
      DesiredStatus: "RUNNING",
      KnownStatus: "RUNNING",
      Limits: { CPU: 128 },
      CreatedAt: moment,
      StartedAt: moment,
      Type: "NORMAL",
      LogDriver: "awslogs",
      LogOptions: {
        "awslogs-group": "/there",
        "awslogs-region": "us-east-1",
        "awslogs-stream": `p/web/${id}`,
      },
      ContainerARN: containers[0]?.containerArn,
    });
    expect(container.DockerId).toBe(containers[0]?.runtimeId);
    expect(task).toEqual({
      Cluster: clusterArn,
      TaskARN: taskArn,
      Family: "web",
      Revision: "1",
      DesiredStatus: "RUNNING",
      KnownStatus: "RUNNING",
      Limits: { CPU: 0.5, Memory: 1024 },
      PullStartedAt: moment,
      PullStoppedAt: moment,
      AvailabilityZone: "us-east-1a",
      LaunchType: "FARGATE",
      Containers: [container],
    });
  });

  it.each([
    ["whole", secret, '{"password":"coffee","port":3306}'],
    ["one key", `${secret}:password::`, "coffee"],
    ["a key that is not text", `${secret}:port::`, "3306"],
  ])("provides a secret: %s", async (_, valueFrom, value) => {
    fixture.secrets.set(secret, '{"password":"coffee","port":3306}');
    await fixture.register({ secrets: [{ name: "A", valueFrom }], logConfiguration: logTo("/there") });
    await runToEnd();
    expect([...fixture.logs.values()].flat()).toEqual([`${value},,`]);
  });

  it.each([
    ["a missing secret", { secrets: [{ name: "A", valueFrom: secret }] }, "failed to fetch secret"],
    ["a missing log group", { logConfiguration: logTo("/new") }, "The specified log group does not exist."],
  ])("stops for %s", async (_, container, reason) => {
    await fixture.register(container);
    const task = await runToEnd();
    expect(task).toMatchObject({
      stopCode: "TaskFailedToStart",
      stoppedReason: expect.stringMatching(/^ResourceInitializationError: /),
    });
    expect(task.stoppedReason).toContain(reason);
  });

  it("stops for a key that the secret lacks, without showing the secret", async () => {
    fixture.secrets.set(secret, '{"password":"coffee"}');
    await fixture.register({ secrets: [{ name: "A", valueFrom: `${secret}:user::` }] });
    const { stoppedReason } = await runToEnd();
    expect(stoppedReason).toContain("did not contain json key user");
    expect(stoppedReason).not.toContain("coffee");
  });

  it("creates the log group when configured to", async () => {
    await fixture.register({ logConfiguration: logTo("/new", { "awslogs-create-group": "true" }) });
    expect(await runToEnd()).toMatchObject({ stopCode: "EssentialContainerExited" });
    expect([...fixture.logs.values()].flat()).toEqual([",,"]);
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
    [{ startedBy: "me@home" }, "startedBy must be 1 to 128 letters"],
    [{ count: 11 }, "Task count must be between 1 and 10."],
    [{ overrides: { containerOverrides: [{ name: "x" }] } }, "x is not a container in the TaskDefinition."],
  ])("refuses %j", async (settings, message) => {
    await fixture.register();
    await expect(run(settings)).rejects.toThrow(message);
  });
});

describe("stopTask", () => {
  it("sends SIGTERM, then SIGKILL once the stop timeout has passed", async () => {
    await fixture.register({ image: "patient", stopTimeout: 1, logConfiguration: logTo("/there") });
    const arn = await run();
    await fixture.clock.eventually(async () =>
      expect(await [...fixture.logs.values()].flat()).toEqual(["up"]),
    );
    await fixture.ecs.stopTask({ cluster: "main", task: arn, reason: "enough" });
    await fixture.clock.eventually(async () => expect((await describeTask(arn))?.lastStatus).toBe("STOPPED"));
    expect(await describeTask(arn)).toMatchObject({
      stopCode: "UserInitiated",
      stoppedReason: "enough",
      containers: [{ exitCode: 137 }],
    });
    expect([...fixture.logs.values()].flat()).toEqual(["up", "not yet"]);
  });

  it("names a task that does not exist", async () => {
    const none = "0".repeat(32);
    await expect(fixture.ecs.stopTask({ cluster: "main", task: none })).rejects.toThrow(
      "The referenced task was not found.",
    );
    expect(await fixture.ecs.describeTasks({ cluster: "main", tasks: [none] })).toMatchObject({
      failures: [{ arn: `arn:aws:ecs:us-east-1:123456789012:task/main/${none}`, reason: "MISSING" }],
    });
  });
});
