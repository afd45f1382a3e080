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
function createAccount(stops: readonly (readonly [seconds: number, task: Task])[] = []) {
  const account = createVirtualAccount("ECS");
  const now = () => account.clock.now() / 1_000;
  account.answers.ListTasks = ({ desiredStatus }: ListTasksCommandInput) => ({
    taskArns:
      desiredStatus === "STOPPED" ? stops.flatMap(([at], index) => (now() >= at ? `${index}` : [])) : ["up"],
  });
  account.answers.DescribeTasks = ({ tasks = [] }: DescribeTasksCommandInput) => ({
    tasks: tasks.map((taskArn) => {
      if (taskArn === "up") return { ...ours, taskArn, lastStatus: "RUNNING" };
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
  ["recovers", 40, "succeeded"],
  ["stays unhealthy", 100, "failed"],
])("%s for %i s, so the step %s", async (_, until, status) => {
  const account = createVirtualAccount("CODE_DEPLOY");
  account.answers.ListTasks = denied("ecs:ListTasks");
  const seconds = () => account.clock.now() / 1_000;
  account.answers.DescribeTargetHealth = () => {
    const State = seconds() >= 15 && seconds() < until ? "unhealthy" : "healthy";
    return { TargetHealthDescriptions: [{ Target: { Id: "10.0.0.1" }, TargetHealth: { State } }] };
  };
  const { record, error } = await account.run({ settleMs: 60_000 });
  expect(record.status, error?.message).toBe(status);
  if (status === "failed") expect(error?.message).toMatch(/unhealthy.*production runs the new web:2/);
});

test.each<[string, ReturnType<typeof times>, string]>([
  ["serves", [], "succeeded"],
  ["failed long ago", times(3, -3_000, crash), "succeeded"],
  [
    "is in a crash loop",
    [
      [-500, crash],
      [-300, crash],
      [-100, crash],
    ],
    "failed",
  ],
])("checks a revision that already runs and %s", async (_, stops, status) => {
  const account = createAccount(stops);
  account.runs("web:2", {
    deployments: [{ status: "PRIMARY", id: "ecs-svc/2", runningCount: 1, desiredCount: 1 }],
  });
  account.answers.DescribeTaskDefinition = {
    taskDefinition: { taskDefinitionArn: "web:2", status: "ACTIVE" },
  };
  const { record, error, changes, endedAt } = await account.run({ source: { revision: "web:2" } });
  expect(record.status, error?.message).toBe(status);
  // Where AWS shows no failed task, nothing is waited for.
  expect([changes, endedAt]).toEqual([0, stops.length > 0 && status === "succeeded" ? 60_000 : 0]);
  if (status === "failed") {
    expect(error?.message).toMatch(/^Container web exited with code 3.*\(web already runs web:2\)$/);
    expect(error?.nextStep).toMatch(/force: true/);
  }
});
