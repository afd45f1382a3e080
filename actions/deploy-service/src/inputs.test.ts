import { expect, test } from "vitest";
import { readDeployInputs } from "./inputs.ts";

const file = "package.json";
const given = (inputs: Record<string, string>) => (name: string) =>
  ({ cluster: "c", service: "s", "task-definition": file, ...inputs })[name] ?? "";

test("defaults to the ECS console's names and the careful choices", () => {
  expect(readDeployInputs(given({}))).toEqual({
    cluster: "c",
    service: "s",
    source: { file },
    rules: { keptEmpty: [] },
    mode: "apply",
    appSpecFile: undefined,
    codeDeployApplication: "AppECS-c-s",
    codeDeployDeploymentGroup: "DgpECS-c-s",
    desiredCount: undefined,
    force: false,
    rollbackOnAlarm: [],
    waitUntil: "complete",
    deadlineMs: undefined,
    maxFailedTasks: 3,
    onCancel: "rollback",
    serviceSettings: {},
  });
});

test.each<[Record<string, string>, object]>([
  [{ cluster: "" }, { cluster: "default", codeDeployApplication: "AppECS-default-s" }],
  [{ "codedeploy-appspec": file }, { appSpecFile: file }],
  [{ "force-new-deployment": "TRUE" }, { force: true }],
  [{ "wait-for-service-stability": "TRUE" }, { waitUntil: "complete" }],
  [{ "wait-for-service-stability": "false" }, { waitUntil: "started" }],
  [{ "wait-for-minutes": "60" }, { waitMs: 3_600_000, deadlineMs: undefined }],
  [{ "wait-for-minutes": "1000" }, { waitMs: 21_600_000 }],
  [{ "wait-max-delay-seconds": "15", "max-retries": "5", "run-task": "false" }, { waitUntil: "complete" }],
  [{ "keep-null-value-keys": "tag, command" }, { rules: { keptEmpty: ["tag", "command"] } }],
  [{ "codedeploy-deployment-description": "Release 7" }, { codeDeployDescription: "Release 7" }],
  [{ "propagate-tags": "SERVICE" }, { serviceSettings: { propagateTags: "SERVICE" } }],
  [{ "enable-ecs-managed-tags": "false" }, { serviceSettings: { enableECSManagedTags: false } }],
  [
    {
      "service-managed-ebs-volume-name": "data",
      "service-managed-ebs-volume": '{"sizeInGiB":20,"roleArn":"arn:aws:iam::123456789012:role/ebs"}',
    },
    {
      serviceSettings: {
        volumeConfigurations: [
          {
            name: "data",
            managedEBSVolume: { sizeInGiB: 20, roleArn: "arn:aws:iam::123456789012:role/ebs" },
          },
        ],
      },
    },
  ],
  [{ service: "" }, { service: "", waitUntil: "registered" }],
  [
    { service: "", services: "a\n\n b\n" },
    { services: ["a", "b"], service: "", maxParallel: 50, onFailure: "stop", waitUntil: "complete" },
  ],
  [
    { mode: "continue", "task-definition": "" },
    { mode: "continue", source: { revision: "" } },
  ],
  [{ "wait-until": "ready" }, { waitUntil: "ready" }],
  [{ schedules: "nightly\n reports/weekly\n" }, { schedules: ["nightly", "reports/weekly"] }],
])("accepts the inputs %j", (inputs, expected) => {
  expect(readDeployInputs(given(inputs))).toMatchObject(expected);
});

test("accepts a registered revision, a count of zero and alarms", () => {
  const inputs = {
    "task-definition": "",
    revision: "web:7",
    "desired-count": "0",
    "rollback-on-alarm": "5xx\nslow",
  };
  expect(readDeployInputs(given(inputs))).toMatchObject({
    source: { revision: "web:7" },
    desiredCount: 0,
    rollbackOnAlarm: ["5xx", "slow"],
  });
});

test.each<[Record<string, string>, string]>([
  [{ "wait-until": "stable" }, "allowed: registered, started, ready, traffic-shifted, complete"],
  [{ mode: "check" }, "allowed: plan, apply, continue"],
  [{ "on-cancel": "abort" }, "allowed: leave, stop, rollback"],
  [{ deadline: "30" }, "a duration such as 90s, 45m or 1h30m"],
  [{ "settle-for": "-1" }, "expected a duration such as 90s, 45m or 1h30m, or 0 for none"],
  [{ "settle-for": "10" }, "expected a duration such as 90s, 45m or 1h30m, or 0 for none"],
  [{ "settle-for": "soon" }, "expected a duration such as 90s, 45m or 1h30m, or 0 for none"],
  [{ "settle-for": "10m", deadline: "9m" }, "settle-for (10m) is longer than the input deadline"],
  [{ "max-failed-tasks": "0" }, "a whole number from 1 to 100"],
  [{ "task-definition": "none.json" }, "file none.json does not exist"],
  [{ revision: "web:7" }, "task-definition and revision exclude each other"],
  [{ "task-definition": "" }, "task-definition (a file) or revision is required"],
  [{ "task-definition": "", revision: "web" }, "expected family:revision or a task definition ARN"],
  [{ "desired-count": "some" }, "a whole number from 0 to 5000"],
  [{ force: "yes" }, "allowed: true, false"],
  [{ mode: "check", service: "", "wait-until": "complete" }, "2 inputs are wrong"],
  [{ force: "true", "force-new-deployment": "true" }, "Inputs force and force-new-deployment are the same"],
  [{ "wait-until": "started", "wait-for-service-stability": "true" }, "use only wait-until"],
  [{ "wait-for-service-stability": "yes" }, 'wait-for-service-stability is "yes"; allowed: true, false'],
  [{ deadline: "1h", "wait-for-minutes": "30" }, "Inputs deadline and wait-for-minutes exclude each other"],
  [{ "run-task": "TRUE" }, "use the action run-task in a step before this one"],
  [{ "propagate-tags": "service" }, "allowed: NONE, SERVICE, TASK_DEFINITION"],
  [{ "enable-ecs-managed-tags": "on" }, "allowed: true, false"],
  [{ "service-managed-ebs-volume-name": "data" }, "needs service-managed-ebs-volume"],
  [{ "service-managed-ebs-volume": '{"roleArn":"r"}' }, "needs service-managed-ebs-volume-name"],
  [{ "service-managed-ebs-volume": '{"sizeInGiB":1}' }, "is not a JSON object such as"],
  [{ "deregister-old-revisions": "0" }, "a whole number from 1 to 1000"],
  [{ service: "", "task-definition": "", revision: "web:7" }, "Input service is required with revision"],
  [{ service: "", services: "a\nb", "wait-until": "ready" }, "use a step for each service"],
  [{ mode: "continue" }, "Input task-definition has no effect with mode: continue"],
  [{ mode: "continue", "wait-until": "ready" }, "it is traffic-shifted or complete"],
  [{ mode: "continue", service: "" }, "Input service is required with mode: continue"],
  [{ mode: "continue", service: "", services: "a" }, "continue, which continues one service: use a step for"],
  [{ service: "", "propagate-tags": "NONE" }, "Input propagate-tags needs service"],
  [{ services: "a" }, "Inputs services and service exclude each other"],
  [{ service: "", services: "," }, "Input services is an empty list"],
  [{ service: "", services: "a\nb\na\na" }, "Input services has a twice; remove one of them"],
  [{ service: "", services: "a\nother/b" }, "has b of the cluster other, and the input cluster is c"],
  [
    { service: "", services: "arn:aws:ecs:us-east-1:123456789012:service/other/b" },
    "has b of the cluster other, and the input cluster is c; use a step for each cluster",
  ],
  [{ service: "", services: "c/a" }, 'Input services has "c/a"; write the service\'s name only'],
  [{ service: "", services: "a", "codedeploy-application": "x" }, "each of several services has its own"],
  [{ service: "", services: "a", "codedeploy-deployment-group": "x" }, "by its default name"],
  [{ service: "", services: "a", "codedeploy-appspec": file }, "services and codedeploy-appspec exclude"],
  [{ service: "", services: "a", "max-parallel": "0" }, "a whole number from 1 to 100"],
  [{ service: "", services: "a", "on-failure": "rollback" }, "allowed: stop, rollback-all"],
  [{ "max-parallel": "2" }, "Input max-parallel needs the input services"],
  [{ service: "", schedules: "auto" }, "Input schedules needs service"],
  [{ schedules: "auto", "wait-until": "started" }, "schedules needs wait-until: traffic-shifted or complete"],
  [{ schedules: "nightly\nauto" }, "Input schedules is auto, or names"],
  [{ schedules: "nightly\nweekly\nnightly" }, 'Input schedules has "nightly" twice'],
  [{ schedules: "a/b/c" }, "expected name, group/name or an ARN on each line, or auto"],
])("refuses the inputs %j", (inputs, message) => {
  expect(() => readDeployInputs(given(inputs))).toThrow(message);
});
