import { expect, test } from "vitest";
import type { FailedTask } from "../../ecs/failed-task.ts";
import { causeOf } from "./causes.ts";
import type { Evidence } from "./evidence.ts";

const nothing: Evidence = {
  failedTasks: [],
  failedEvent: undefined,
  serviceEvents: [],
  eventLines: [],
  unhealthyTargets: [],
  reason: undefined,
  by: "CodeDeploy",
  triggeredAlarms: [],
  alarmTexts: [],
};

const task = (parts: Partial<FailedTask>): FailedTask => ({
  taskId: "abc",
  stoppedAt: 0,
  stopCode: "TaskFailedToStart",
  stoppedReason: "",
  container: "web",
  exitCode: undefined,
  containerReason: undefined,
  logLines: [],
  ...parts,
});

/** A task whose container ended with this code, after these lines of its log. */
const exited = (exitCode: number, ...logLines: string[]): Partial<FailedTask> => ({
  stopCode: "EssentialContainerExited",
  stoppedReason: "Essential container in task exited",
  exitCode,
  logLines,
});

test.each<[string, Partial<FailedTask>, string]>([
  [
    "a crash of one of two, of which both exited",
    { ...exited(1, "no"), others: [{ container: "proxy", exitCode: 3, containerReason: undefined }] },
    "with code 1: no; container proxy exited with code 3, and AWS does not show which was first",
  ],
  [
    "a heap that is not the container's memory",
    exited(1, "Caused by: java.lang.OutOfMemoryError: Java heap space"),
    "Container web exited with code 1: Caused by: java.lang.OutOfMemoryError: Java heap space",
  ],
  ["a silent crash", exited(1), "Container web exited with code 1, without a line in its log"],
  [
    "memory",
    { ...exited(137), containerReason: "OutOfMemoryError: Container killed due to memory usage" },
    "Container web ran out of memory",
  ],
  [
    "another architecture",
    exited(255, "exec /app/server: exec format error"),
    "for another processor architecture",
  ],
  [
    "a denied call of the program itself",
    exited(1, "may not perform: sts:AssumeRole on resource: arn:aws:iam::1:role/x"),
    "Container web exited with code 1: may not perform: sts:AssumeRole",
  ],
  [
    "no executable",
    { containerReason: 'CannotStartContainerError: exec: "nod": executable file not found in $PATH' },
    "Container web cannot be started",
  ],
  [
    "the load balancer's health check",
    {
      stopCode: "ServiceSchedulerInitiated",
      stoppedReason: "Task failed ELB health checks in (target-group x)",
    },
    "failed the load balancer's health checks: Task failed ELB health checks in (target-group x)",
  ],
])("reports %s as the cause", (_, parts, text) => {
  const cause = causeOf({ ...nothing, failedTasks: [task({}), task(parts)] });
  expect(cause.text).toContain(text);
  expect(cause.nextStep).not.toBe("");
});

test.each<[string, Partial<Evidence>, string]>([
  [
    "an unhealthy target",
    { unhealthyTargets: ["Request timed out (path /, port 80; target 10.0.0.1, Target.Timeout)"] },
    "Request timed out (path /, port 80; target 10.0.0.1, Target.Timeout): the new tasks are not healthy",
  ],
  [
    "an event of the service",
    { serviceEvents: ["(service x) has reached a steady state.", "(service x) was unable to place a task."] },
    "was unable to place a task",
  ],
  [
    "an alarm",
    { reason: { code: "ALARM_ACTIVE", message: "Alarm 5xx is in ALARM." } },
    "(ALARM_ACTIVE): Alarm 5xx",
  ],
  [
    "a quota in an event of the service, behind the deployment's end",
    {
      serviceEvents: [
        "(service x) (deployment ecs-svc/1) deployment failed: tasks failed to start.",
        "(service x) was unable to place a task. Reason: You've reached the limit on the number of vCPUs you can run concurrently.",
      ],
    },
    "The account's quota of Fargate vCPUs is used up",
  ],
  [
    "a stop by somebody, before what the person may have seen",
    {
      reason: { code: "MANUAL_STOP", message: "Stopped by x." },
      failedTasks: [task(exited(1, "no database"))],
    },
    "Somebody else stopped the deployment: Stopped by x. Before that: Container web exited with code 1: no database",
  ],
  ["nothing at all", {}, "CodeDeploy gives no reason"],
])("reports %s as the cause without stopped tasks", (_, evidence, text) => {
  expect(causeOf({ ...nothing, ...evidence }).text).toContain(text);
});

const unhealthy = {
  stopCode: "ServiceSchedulerInitiated",
  stoppedReason: "Task failed ELB health checks in (x)",
};
const metrics = '{"_aws":{"Timestamp":1,"CloudWatchMetrics":[]},"requests":3}';

test("reports the health check's own words first, and the last words of the log", () => {
  const evidence = {
    failedTasks: [task({ ...unhealthy, logLines: ["listening", metrics] })],
    serviceEvents: [
      "(service web) (port 8080) is unhealthy in (target-group x) due to (reason Health checks failed with these codes: [404]).",
    ],
  };
  expect(causeOf({ ...nothing, ...evidence }).text).toBe(
    "Health checks failed with these codes: [404] (port 8080): container web failed the load balancer's health checks; its log ends with: listening",
  );
});

test.each<[string, Partial<FailedTask>]>([
  ["crashes", exited(1)],
  ["is not healthy", unhealthy],
])("refers a task that %s for an unknown host to DNS", (_, parts) => {
  const logLines = ["Error: getaddrinfo ENOTFOUND db.elsewhere.example"];
  const { nextStep } = causeOf({ ...nothing, failedTasks: [task({ ...parts, logLines })] });
  expect(nextStep).toMatch(/^the DNS of the task's VPC cannot resolve db\.elsewhere\.example/);
});

const zone =
  "Target is in an Availability Zone that is not enabled for the load balancer (port 80; target 10.0.0.1, Target.NotInUse)";
const timeout =
  "(service web) (port 8080) is unhealthy in (target-group x) due to (reason Request timed out).";
// The messages are CodeDeploy's: ErrorInformation of its API reference, and terraform and blog reports of the first.
const roleMessage =
  "The IAM role arn:aws:iam::123456789012:role/deploy does not give you permission to perform operations in the following AWS service: AmazonECS.";

test.each<[string, Partial<Evidence>, RegExp]>([
  [
    "a health check without a response",
    { serviceEvents: [timeout] },
    /^allow the target's port in the tasks'/,
  ],
  ["such a target", { failedTasks: [], unhealthyTargets: ["Request timed out (port 80)"] }, /security group/],
  ["a target in another zone", { unhealthyTargets: [zone] }, /^add a subnet of this zone/],
  [
    "a role without permissions, also after tasks failed",
    { reason: { code: "IAM_ROLE_PERMISSIONS", message: roleMessage } },
    /^attach AWSCodeDeployRoleForECS/,
  ],
  [
    "a missing role",
    { reason: { code: "IAM_ROLE_MISSING", message: "The service role cannot be accessed." } },
    /serviceRoleArn.*codedeploy\.amazonaws\.com/,
  ],
])("shows the fix for %s", (_, evidence, fix) => {
  expect(causeOf({ ...nothing, failedTasks: [task(unhealthy)], ...evidence }).nextStep).toMatch(fix);
});
