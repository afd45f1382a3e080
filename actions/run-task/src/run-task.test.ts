import { afterAll, expect, test } from "vitest";
import { type Change, createDatabase, noRoute, partsOf } from "../../ecs/network/account.support.ts";
import type { RunInputs } from "./inputs.ts";
import type { RunContext } from "./network.ts";
import { RunRecord } from "./record.ts";
import { run } from "./run-task.ts";
import { createStage } from "./stage.support.ts";

const stage = await createStage();
afterAll(() => stage.close());

async function perform(inputs: RunInputs, context: RunContext & { lines: string[] } = stage.context()) {
  const record = new RunRecord(inputs.cluster);
  const error: (Error & { nextStep?: string }) | undefined = await run(context, inputs, record).then(
    () => undefined,
    (reason) => reason,
  );
  return { record, error, log: context.lines.join("\n") };
}

const describeTask = async (task: string) =>
  (await stage.simulator.aws.ecs.describeTasks({ cluster: "outside", tasks: [task] })).tasks?.[0];

/** Follows a task that never ends, and calls `act` once it has logged its start. */
function whenItHangs(act: () => unknown) {
  return { onLine: (line: string) => void (line.endsWith("waiting for a lock") && act()) };
}

test("succeeds when the task exits with 0, and logs its output and states live", async () => {
  const inputs = stage.inputs(await stage.taskDefinition(), {
    command: ["migrate", "!"],
    environment: new Map([["DATABASE", "coffee"]]),
  });
  const { record, error, log } = await perform(inputs);
  expect(error).toBeUndefined();
  expect(record).toMatchObject({ status: "succeeded", container: "job", exitCode: 0, cause: "" });
  expect(record.revision).toMatch(/task-definition\/job:1$/);
  expect(log).toMatch(/task (PROVISIONING|PENDING|ACTIVATING|RUNNING)\n[\s\S]*│ migrated coffee!/);
  expect(await describeTask(record.taskArn)).toMatchObject({
    startedBy: expect.stringMatching(/^(run-task|github\/.+)$/),
    launchType: "FARGATE",
    group: "family:job",
  });
});

test("uses the same file's revision again", async () => {
  const { record, log } = await perform(stage.inputs(await stage.taskDefinition()));
  expect(record).toMatchObject({ status: "succeeded", revision: expect.stringMatching(/job:1$/) });
  expect(log).toContain("Reusing job:1");
});

test.each(["job", "job:1", "arn:aws:ecs:us-east-1:123456789012:task-definition/job:1"])(
  "runs %s in given subnets",
  async (reference) => {
    const placement = { subnets: stage.subnets, securityGroups: [], assignPublicIp: "ENABLED" } as const;
    const inputs = { ...stage.inputs(""), taskDefinition: { reference }, placement };
    const { record, error } = await perform(inputs);
    expect(error).toBeUndefined();
    expect(record).toMatchObject({ status: "succeeded", revision: expect.stringMatching(/job:1$/) });
  },
);

test("reports a missing image as the cause", async () => {
  const image = `127.0.0.1:${new URL(stage.simulator.endpoint).port}/web:none`;
  const { record, error } = await perform(stage.inputs(await stage.taskDefinition({ image })));
  expect(record).toMatchObject({ status: "failed", exitCode: undefined });
  expect(record.cause).toMatch(/^The image of container job does not exist: CannotPullContainerError/);
  expect(error?.nextStep).toMatch(/check that the image was pushed/);
});

test.each<[string, string[], object]>([
  ["that ECS ends with the task does not count", ["hang"], { status: "succeeded", exitCode: 0 }],
  [
    "that fails is a fault, and is named",
    ["exit", "3"],
    { status: "failed", cause: expect.stringMatching(/^Container sidecar exited with code 3/) },
  ],
  [
    "that succeeds, but ends the task, is named",
    ["exit", "0"],
    { status: "failed", cause: expect.stringMatching(/^Container sidecar exited with code 0, which ended/) },
  ],
])("checks that a container next to it %s", async (_, command, expected) => {
  const file = await stage.taskDefinition({}, [stage.sidecar(command, command[0] === "exit")]);
  const inputs = stage.inputs(file, { command: command[0] === "exit" ? ["hang"] : ["migrate"] });
  const { record } = await perform(inputs);
  expect(record).toMatchObject(expected);
});

test("uses the given container's exit code and overrides", async () => {
  const file = await stage.taskDefinition({ command: ["hang"] }, [stage.sidecar(["exit", "4"], true)]);
  const { record, log } = await perform(stage.inputs(file, { container: "sidecar" }));
  expect(record).toMatchObject({ status: "succeeded", container: "sidecar", exitCode: 0 });
  expect(log).toContain("│ migrated");
});

test("succeeds with wait-until started once it runs, and leaves it running", async () => {
  const inputs = stage.inputs(await stage.taskDefinition(), { command: ["hang"], waitUntil: "started" });
  const { record, error } = await perform(inputs);
  expect(error).toBeUndefined();
  expect(record).toMatchObject({ status: "started", exitCode: undefined });
  expect(await describeTask(record.taskArn)).toMatchObject({ lastStatus: "RUNNING" });
  await stage.simulator.aws.ecs.stopTask({ cluster: "outside", task: record.taskArn });
});

test("fails with wait-until started when it cannot start", async () => {
  const file = await stage.taskDefinition({ entryPoint: ["/none"] });
  const { record } = await perform(stage.inputs(file, { waitUntil: "started" }));
  expect(record.status).toBe("failed");
  expect(record.cause).toMatch(/^Container job cannot be started: CannotStartContainerError/);
});

test("stops the task and fails past the deadline, with what it last logged", async () => {
  let late = 0;
  const context = stage.context(whenItHangs(() => (late = 3_600_000)));
  const { now, wait } = context.clock;
  const clock = { now: () => now() + late, wait };
  const inputs = stage.inputs(await stage.taskDefinition(), { command: ["hang"] });
  const { record, error } = await perform(inputs, { ...context, clock });
  expect(record).toMatchObject({
    status: "timed-out",
    exitCode: 143,
    cause: "Not done after 10 min: container job ran and last logged: waiting for a lock",
  });
  expect(error?.message).toContain("it was stopped");
  expect(await describeTask(record.taskArn)).toMatchObject({ desiredStatus: "STOPPED" });
});

test("counts a task that somebody stops as no success", async () => {
  const { aws } = stage.simulator;
  const stop = async () => {
    const { taskArns = [] } = await aws.ecs.listTasks({ cluster: "outside", family: "job" });
    for (const task of taskArns)
      await aws.ecs.stopTask({ cluster: "outside", task, reason: "not on Fridays" });
  };
  const inputs = stage.inputs(await stage.taskDefinition(), { command: ["hang"] });
  const { record } = await perform(inputs, stage.context(whenItHangs(stop)));
  expect(record).toMatchObject({ status: "stopped", cause: "Somebody stopped the task: not on Fridays" });
});

test("never passes a container's output to the runner as a command", async () => {
  const { record, log } = await perform(stage.inputs(await stage.taskDefinition(), { command: ["attack"] }));
  expect(record.status).toBe("succeeded");
  expect(log).toContain("│ ::set-output");
  expect(log).not.toMatch(/^\s*::|\r/m);
});

test("reports a log that cannot be shown, and does not fail", async () => {
  const { record, log } = await perform(
    stage.inputs(await stage.taskDefinition({ logConfiguration: undefined })),
  );
  expect(record.status).toBe("succeeded");
  expect(log).toContain("The log of container job is not shown");
});

const elsewhere = (subnets: string[]) =>
  ({ subnets, securityGroups: [], assignPublicIp: "DISABLED" }) as const;

test.each<[string, Partial<RunInputs>, RegExp]>([
  ["a container", { container: "web" }, /not have the container web \(input container\); it has: job$/],
  [
    "an overridden container",
    { containerOverrides: [{ name: "job" }, { name: "side" }] },
    /not have the container side \(input run-task-container-overrides\); it has: job$/,
  ],
  ["a service", { placement: { service: "none" } }, /^Cluster outside has no service none/],
  ["a cluster, with a service", { cluster: "none" }, /^ECS cluster none does not exist/],
  [
    "a cluster, without a service",
    { cluster: "none", placement: { launchType: "EC2" } },
    /^ECS cluster none does not exist/,
  ],
  ["a subnet", { placement: elsewhere(["subnet-1"]) }, /^subnet-1 of the tasks' network .* does not exist$/],
  ["a family", { taskDefinition: { reference: "none" } }, /^Task definition none does not exist/],
])("names %s that is missing, and starts no task", async (_, changes, message) => {
  const { record, error } = await perform(stage.inputs(await stage.taskDefinition(), changes));
  expect(error?.message).toMatch(message);
  expect(error?.nextStep).toMatch(/nothing was changed|no task was started/);
  expect(record.taskArn).toBe("");
});

test("reports all findings together", async () => {
  const file = await stage.taskDefinition({ image: "<IMAGE1_NAME>" });
  const { error } = await perform(stage.inputs(file, { container: "web" }));
  expect(error?.message).toMatch(/^2 things to correct: .*<IMAGE1_NAME>.*; .*not have the container web/);
});

const parts = await partsOf(stage.simulator, "outside");
const host = await createDatabase(parts);

/** Runs a migration that connects to a database, which an override names; verification is denied, or all reads are. */
async function migrate(change: Change | undefined, database: string, denied = 0) {
  const undo = await change?.(parts);
  if (denied > 0)
    stage.simulator.faults.add({ kind: "deny", operation: "ec2:DescribeSubnets", times: denied });
  const changes = { command: ["connect"], environment: new Map([["DB_HOST", database]]) };
  const done = await perform(stage.inputs(await stage.taskDefinition(), changes));
  stage.simulator.faults.clear();
  await undo?.();
  return { ...done, text: `${done.error?.message} | ${done.error?.nextStep}` };
}

test.each<[string, Change | undefined, string, RegExp, RegExp]>([
  [
    "no way out",
    noRoute,
    "",
    /tasks in subnet-\w+, subnet-\w+ cannot reach Amazon ECR, CloudWatch Logs: .* \| aws ec2 create-route/i,
    /the task has no way to Amazon ECR/,
  ],
  [
    "a database that does not admit the task",
    undefined,
    host,
    /groups of the database shop \(sg-\w+\) do not admit the tasks .* \| aws ec2 authorize-security-group-ingress/,
    /Container job exited with code 1: Error: connect ETIMEDOUT/,
  ],
])(
  "refuses %s, and names it as the cause where it was not checked",
  async (_, change, database, way, cause) => {
    const refused = await migrate(change, database);
    expect(refused.text).toMatch(way);
    expect(refused).toMatchObject({
      text: expect.stringMatching(/nothing was changed\.$/),
      record: { taskArn: "" },
    });
    const failed = await migrate(change, database, 1);
    expect(failed.text).toMatch(way);
    expect(failed.record).toMatchObject({ status: "failed", cause: expect.stringMatching(cause) });
  },
);

test("gives one note, and general advice, where the network may not be read", async () => {
  const { log, text } = await migrate(undefined, host, Number.POSITIVE_INFINITY);
  expect(log.match(/Networks were not checked: the VPC: /g)).toHaveLength(1);
  expect(text).toMatch(/check the address that the container connects to/);
});
