import type { DescribeTasksCommandInput, ListTasksCommandInput, Task } from "@aws-sdk/client-ecs";
import { expect, test } from "vitest";
import { named } from "../../core/fake-aws.support.ts";
import { createVirtualAccount, denied } from "../deployment/virtual-run.support.ts";
import type { DeployInputs } from "../inputs.ts";

const crash: Task = {
  stopCode: "EssentialContainerExited",
  stoppedReason: "Essential container in task exited",
  containers: [{ name: "web", exitCode: 3 }],
};
const bySchedulerFor = (stoppedReason: string): Task => ({
  stopCode: "ServiceSchedulerInitiated",
  stoppedReason,
});
const ours = { taskDefinitionArn: "web:2", startedBy: "ecs-svc/2" };

/** Plays a deployment that succeeds at once; the tasks stop that many seconds after the beginning. */
function createAccount(
  stops: readonly (readonly [seconds: number, task: Task])[] = [],
  up: (seconds: number) => Task = () => ({}),
  controller: "ECS" | "CODE_DEPLOY" = "ECS",
) {
  const account = createVirtualAccount(controller);
  const now = () => account.clock.now() / 1_000;
  account.answers.ListTasks = ({ desiredStatus }: ListTasksCommandInput) => ({
    taskArns:
      desiredStatus === "STOPPED" ? stops.flatMap(([at], index) => (now() >= at ? `${index}` : [])) : ["up"],
  });
  account.answers.DescribeTasks = ({ tasks = [] }: DescribeTasksCommandInput) => ({
    tasks: tasks.map((taskArn) => {
      if (taskArn === "up") return { ...ours, taskArn, lastStatus: "RUNNING", ...up(now()) };
      const [at, task] = stops[Number(taskArn)] ?? [0, {}];
      return { ...ours, ...task, taskArn, lastStatus: "STOPPED", stoppedAt: new Date(at * 1_000) };
    }),
  });
  const run = (changes: Partial<DeployInputs> = {}) => account.run({ settleMs: 60_000, ...changes });
  return { ...account, run };
}

const times = (count: number, seconds: number, task: Task) =>
  Array.from({ length: count }, () => [seconds, task] as const);
const green = (failed: number) => `stayed up for 1 min, 1 task, ${failed} failed`;

test.each<[string, ReturnType<typeof times>, string]>([
  ["no failed task", [], green(0)],
  ["one failed task less than max-failed-tasks", times(2, 10, crash), green(2)],
  ["max-failed-tasks", times(3, 10, crash), ""],
  [
    "tasks that end without an error",
    times(3, 10, { ...crash, containers: [{ name: "web", exitCode: 0 }] }),
    "",
  ],
  ["tasks that cannot start", times(3, 10, { stopCode: "TaskFailedToStart", stoppedReason: "x" }), ""],
  ["failed health checks", times(3, 10, bySchedulerFor("Task failed ELB health checks in (x)")), ""],
  ["failed container checks", times(3, 10, bySchedulerFor("Task failed container health checks")), ""],
  ["failures in the last second", times(3, 59, crash), ""],
  ["failures after the settle time", times(3, 61, crash), green(0)],
  ["failures before the settle time", times(3, 0, crash), green(0)],
  ["failures of an older revision", times(3, 10, { ...crash, taskDefinitionArn: "web:1" }), green(0)],
  ["failures of an earlier deployment", times(3, 10, { ...crash, startedBy: "ecs-svc/1" }), green(0)],
  [
    "a scale-in",
    times(3, 10, bySchedulerFor("Scaling activity initiated by (deployment ecs-svc/2)")),
    green(0),
  ],
  ["a person who stops tasks", times(3, 10, { stopCode: "UserInitiated" }), green(0)],
  ["interrupted Spot tasks", times(3, 10, { stopCode: "SpotInterruption" }), green(0)],
  ["maintenance", times(3, 10, { stopCode: "TerminationNotice" }), green(0)],
])("settles with %s: %#", async (_, stops, settled) => {
  const { record, error, lines } = await createAccount(stops).run();
  expect(record.settled).toBe(settled);
  expect(record.status).toBe(settled ? "succeeded" : "failed");
  expect(error?.message ?? "").toMatch(settled ? /^$/ : /production runs the new web:2\)$/);
  expect(error?.nextStep ?? "").toMatch(settled ? /^$/ : /; the action rollback-service restores/);
  const isWarned = lines.some((line) => line.includes("would be an error (max-failed-tasks)"));
  expect(isWarned).toBe(/[12] failed/.test(settled));
});

test("begins again after a failure, and then takes no longer than the settle time", async () => {
  const quiet = await createAccount().run();
  const failing = await createAccount([[30, crash]]).run();
  expect(failing.endedAt - quiet.endedAt).toBeGreaterThanOrEqual(30_000);
  expect(failing.endedAt - quiet.endedAt).toBeLessThan(60_000);
  expect(quiet.endedAt).toBeLessThan(61_000);
});

test("does not settle with settle-for: 0, nor before traffic shifts", async () => {
  for (const changes of [{ settleMs: 0 }, { waitUntil: "started" }] as const) {
    const { record, endedAt } = await createAccount().run(changes);
    expect([record.settled, endedAt]).toEqual(["", 0]);
  }
});

test("says at the deadline for how long the tasks have to stay up", async () => {
  const { error } = await createAccount().run({ deadlineMs: 50_000 });
  expect(error?.message).toMatch(/^Not done after 50 s: the tasks have not yet stayed up for 1 min \(/);
  expect(error?.nextStep).toMatch(/^raise the input deadline/);
});

test("says what the role may not see, and which permission it lacks", async () => {
  const account = createAccount();
  account.answers.ListTasks = denied("ecs:ListTasks");
  const { record, lines } = await account.run();
  expect(record.status).toBe("succeeded");
  expect(record.settled).toMatch(/0 failed; not seen: .*stopped tasks \(ecs:ListTasks\)/);
  expect(lines).toContain("Cannot see stopped tasks while the tasks settle: the role lacks ecs:ListTasks.");
});

test("says that the deployment had succeeded when the credentials expire while it settles", async () => {
  const account = createAccount();
  const list = account.answers.ListTasks as (input: ListTasksCommandInput) => object;
  account.answers.ListTasks = (input: ListTasksCommandInput) =>
    account.clock.now() > 30_000 ? named("ExpiredTokenException", "expired") : list(input);
  const { record, error } = await account.run();
  expect(record.status).toBe("lost");
  expect(error?.message).toMatch(/credentials have expired .* had succeeded, but whether its tasks stay up/);
});

test.each([
  ["recovers", "unhealthy", 15, 40, 0, "succeeded"],
  ["stays unhealthy", "unhealthy", 15, 100, 0, "failed"],
  ["starts within the grace period", "unhealthy", 0, 250, 300, "succeeded"],
  ["starts, but not within the grace period", "unhealthy", 0, 250, 100, "failed"],
  ["stays unhealthy in the grace period, after it served", "unhealthy", 15, 250, 300, "failed"],
  ["AWS checks for minutes", "initial", 0, 250, 0, "succeeded"],
  ["AWS does not use", "unused", 0, 250, 0, "failed"],
])("judges a target that %s", async (_, state, from, until, healthCheckGracePeriodSeconds, status) => {
  const account = createAccount([], () => ({ startedAt: new Date(0) }), "CODE_DEPLOY");
  account.answers.CreateDeployment = () => {
    account.runs("web:2", { healthCheckGracePeriodSeconds });
    return { deploymentId: "d-1" };
  };
  const seconds = () => account.clock.now() / 1_000;
  account.answers.DescribeTargetHealth = () => {
    const State = seconds() >= from && seconds() < until ? state : "healthy";
    return { TargetHealthDescriptions: [{ Target: { Id: "10.0.0.1" }, TargetHealth: { State } }] };
  };
  const { record, error } = await account.run();
  expect(record.status, error?.message).toBe(status);
  if (status === "failed") expect(error?.message).toMatch(/health.*production runs the new web:2/);
});

test.each<[string, Task, string]>([
  ["has not passed its health check", { healthStatus: "UNKNOWN" }, "succeeded"],
  ["fails its health check", { healthStatus: "UNHEALTHY" }, "failed"],
  ["is still being pulled", { lastStatus: "PENDING" }, "succeeded"],
])("judges a container that %s", async (_, task, status) => {
  const account = createAccount([], (now) => (now < 200 ? task : { healthStatus: "HEALTHY" }));
  const containerDefinitions = [{ name: "web", healthCheck: { command: ["CMD", "true"] } }];
  account.answers.DescribeTaskDefinition = { taskDefinition: { containerDefinitions } };
  const { record, error, endedAt } = await account.run();
  expect(record.status, error?.message).toBe(status);
  if (status === "succeeded") expect(endedAt).toBeGreaterThanOrEqual(260_000);
});

test.each([
  ["before the deployment", -1, "succeeded"],
  ["as it began", 0, "succeeded"],
  ["after that", 1, "failed"],
])("judges an alarm that went off %s", async (_, ms, status) => {
  const account = createAccount();
  const createdAt = new Date(60_000);
  const deploymentConfiguration = { alarms: { alarmNames: ["errors"], enable: true, rollback: true } };
  account.runs("web:1", { deploymentConfiguration });
  account.answers.DescribeServiceDeployments = { serviceDeployments: [{ status: "SUCCESSFUL", createdAt }] };
  const StateTransitionedTimestamp = new Date(createdAt.getTime() + ms);
  const errors = { AlarmName: "errors", StateValue: "ALARM", StateTransitionedTimestamp };
  account.answers.DescribeAlarms = { MetricAlarms: [errors] };
  const { record, error } = await account.run();
  expect(record.status, error?.message).toBe(status);
  if (status === "failed") expect(error?.message).toMatch(/^Alarm errors went off/);
});

/** Plays the check of a revision that already runs, whose task started that many seconds ago. */
async function checkRunning(stops: ReturnType<typeof times>, ageSeconds: number, act = () => {}) {
  const account = createAccount(stops, (now) => {
    if (now > 0) act();
    return { startedAt: new Date(-1_000 * ageSeconds) };
  });
  const deployments = [{ status: "PRIMARY", id: "ecs-svc/2", runningCount: 1, desiredCount: 1 }];
  account.runs("web:2", { deployments });
  account.answers.DescribeTaskDefinition = {
    taskDefinition: { taskDefinitionArn: "web:2", status: "ACTIVE" },
  };
  return { account, run: () => account.run({ source: { revision: "web:2" } }) };
}

test.each<[string, ReturnType<typeof times>, number, string, number]>([
  ["serves", [], 3_600, "succeeded", 0],
  ["has just started", [], 20, "succeeded", 40_000],
  ["starts in the future of the runner's clock", [], -300, "succeeded", 60_000],
  ["has just started, and crashes", times(3, 15, crash), 20, "failed", 20_000],
  ["failed long ago", times(3, -3_000, crash), 2_900, "succeeded", 60_000],
  [
    "is in a crash loop",
    [
      [-500, crash],
      [-300, crash],
      [-100, crash],
    ],
    90,
    "failed",
    0,
  ],
])("checks a revision that already runs and %s", async (_, stops, age, status, ms) => {
  const { run } = await checkRunning(stops, age);
  const { record, error, changes, endedAt } = await run();
  expect(record.status, error?.message).toBe(status);
  expect([changes, endedAt]).toEqual([0, ms]);
  if (status === "failed") {
    expect(error?.message).toMatch(/^Container web exited with code 3.*\(web already runs web:2\)$/);
    expect(error?.nextStep).toMatch(/force: true/);
  }
});

test.each([
  ["replaced", "web:3", 1, "superseded", /web runs web:3 now, not web:2$/],
  ["scaled to zero", "web:2", 0, "failed", /^web is scaled to 0 tasks now, so .* was not tested$/],
] as const)("fails when the tasks are %s during the check", async (_, revision, desired, status, message) => {
  const { account, run } = await checkRunning([], 0, () => account.runs(revision, { desired }));
  const { record, error } = await run();
  expect(error?.message).toMatch(message);
  expect([record.status, record.settled]).toEqual([status, ""]);
});
