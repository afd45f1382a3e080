import { expect, test } from "vitest";
import { named } from "../../core/fake-aws.support.ts";
import type { DeployInputs } from "../inputs.ts";
import { describeRun, readRun } from "../order/run.ts";
import {
  briefOf,
  createVirtualAccount,
  deploymentArn,
  minute,
  runEnvironment,
  status,
} from "./virtual-run.support.ts";

const run12 = readRun(runEnvironment);
const limit = named("DeploymentLimitExceededException");
const cut = Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET" });
const tagged = (value: string) => ({ tags: [{ key: "deploy-service:run", value }] });
const workflow = "workflow=octocat/shop/.github/workflows/deploy.yml";

test.each<[string, string, Partial<DeployInputs>, boolean]>([
  ["a newer run's revision", `run=13.1 revision=web:1 ${workflow}`, {}, true],
  ["a newer run's revision, by force", `run=13.1 revision=web:1 ${workflow}`, { force: true }, false],
  ["this run's own first try", `run=12.1 revision=web:1 ${workflow}`, {}, false],
  ["an older run's revision", `run=11.3 revision=web:1 ${workflow}`, {}, false],
  ["another revision than the one of a newer, failed run", `run=13.1 revision=web:7 ${workflow}`, {}, false],
  ["another workflow's revision", `run=99.1 revision=web:1 ${workflow}x`, {}, false],
])("obeys the order of runs when production is %s", async (_, tag, inputs, refused) => {
  const account = createVirtualAccount("ECS");
  account.runs("web:1", tagged(tag));
  const { record, error, changes } = await account.run(inputs, run12);
  expect(record.status).toBe(refused ? "superseded" : "succeeded");
  if (!refused) return;
  expect(error?.message).toBe(
    "Run 13 of .github/workflows/deploy.yml has already deployed web:1 of web; this is the older run 12",
  );
  expect(changes).toBe(0);
});

test("refuses a run that a newer one overtakes while it waits", async () => {
  const account = createVirtualAccount("ECS");
  const { answers, runs, inputs } = account;
  answers.ListServiceDeployments = { serviceDeployments: [briefOf("d-1", { status: "IN_PROGRESS" })] };
  answers.DescribeServiceDeployments = () => {
    // The rights are checked before.
    if (inputs("RegisterTaskDefinition").length > 0)
      runs("web:3", tagged(`run=13.1 revision=web:3 ${workflow}`));
    return { serviceDeployments: [{ status: "SUCCESSFUL" }] };
  };
  expect((await account.run({}, run12)).record.status).toBe("superseded");
  expect(inputs("UpdateService")).toEqual([]);
});

test("notes each deployment's run on the service, and warns when it cannot", async () => {
  const account = createVirtualAccount("ECS");
  account.answers.TagResource = named("AccessDeniedException", "no tagging");
  const { record, lines } = await account.run({}, run12);
  expect(record.status).toBe("succeeded");
  expect(account.inputs("TagResource")[0].tags).toEqual([
    { key: "deploy-service:run", value: `run=12.1 revision=web:2 ${workflow}` },
    { key: "deploy-service:before", value: "revision=web:2 before=web:1" },
  ]);
  expect(lines.join("\n")).toContain(
    "an older run could replace this one: The AWS role may not do this: no tagging",
  );
});

test("sets force and alarms in one update of ECS, together with the service's configuration", async () => {
  const account = createVirtualAccount("ECS");
  const deploymentConfiguration = { strategy: "BLUE_GREEN", bakeTimeInMinutes: 5 } as const;
  account.runs("web:1", { deploymentConfiguration });
  await account.run({ force: true, rollbackOnAlarm: ["5xx", "slow"] });
  const alarms = { alarmNames: ["5xx", "slow"], enable: true, rollback: true };
  expect(account.inputs("UpdateService")).toEqual([
    {
      cluster: "c",
      service: "web",
      taskDefinition: "web:2",
      forceNewDeployment: true,
      deploymentConfiguration: { ...deploymentConfiguration, alarms },
    },
  ]);
});

test("watches alarms of a CodeDeploy deployment and rolls back on them", async () => {
  const account = createVirtualAccount("CODE_DEPLOY");
  await account.run({ rollbackOnAlarm: ["5xx"] });
  expect(account.inputs("CreateDeployment")[0]).toMatchObject({
    overrideAlarmConfiguration: { enabled: true, alarms: [{ name: "5xx" }] },
    autoRollbackConfiguration: { enabled: true, events: ["DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM"] },
  });
});

const primary = { status: "PRIMARY", taskDefinition: "web:2", desiredCount: 2 };
const older = { status: "ACTIVE", taskDefinition: "web:1", runningCount: 1 };

test.each<[string, object[], boolean]>([
  ["all tasks", [{ ...primary, runningCount: 2 }], false],
  ["more tasks", [{ ...primary, runningCount: 3 }], false],
  ["too few tasks", [{ ...primary, runningCount: 1 }], true],
  ["all tasks after a failure", [{ ...primary, runningCount: 2, rolloutState: "FAILED" }], true],
  ["tasks next to those of another revision", [{ ...primary, runningCount: 2 }, older], true],
])("deploys a revision that production runs with %s: %s", async (_, deployments, deployed) => {
  const account = createVirtualAccount("ECS");
  account.runs("web:2", { deployments });
  const { record } = await account.run();
  expect(record).toMatchObject({ status: "succeeded", changed: deployed });
  const update = { taskDefinition: "web:2", forceNewDeployment: true };
  expect(account.inputs("UpdateService")).toMatchObject(deployed ? [update] : []);
});

test("finds a service deployment that the update does not name by its revision", async () => {
  const account = createVirtualAccount("ECS");
  const { answers, runs, inputs } = account;
  answers.UpdateService = () => {
    runs("web:2");
    return { service: {} };
  };
  let late = -1;
  answers.ListServiceDeployments = () => {
    if (inputs("UpdateService").length > 0) late += 1;
    // One poll after the update is too early.
    const ids = late <= 0 ? ["d-1"] : ["d-5", "d-4", "d-3", "d-1"];
    return { serviceDeployments: ids.map((id) => briefOf(id)) };
  };
  answers.DescribeServiceRevisions = {
    serviceRevisions: [
      { serviceRevisionArn: "revision-of-d-5", taskDefinition: "web:9" },
      // Somebody deploys the same revision right after this step.
      { serviceRevisionArn: "revision-of-d-4", taskDefinition: "web:2" },
      { serviceRevisionArn: "revision-of-d-3", taskDefinition: "web:2" },
    ],
  };
  const { record, error } = await account.run();
  expect(error).toBeUndefined();
  expect(record).toMatchObject({ status: "succeeded", deploymentId: deploymentArn("d-3") });
});

test("changes nothing when ECS refuses the update, and reports its words", async () => {
  const account = createVirtualAccount("ECS");
  account.answers.UpdateService = named("InvalidParameterException", "The container web does not exist.");
  const { error, record, handles } = await account.run();
  expect(error?.message).toBe("ECS refuses the deployment: The container web does not exist.");
  expect(record).toMatchObject({ changed: false, deploymentId: "" });
  expect(handles).toEqual([]);
});

test("sets a new desired count before CodeDeploy's deployment, so that its tasks are verified at that count", async () => {
  const account = createVirtualAccount("CODE_DEPLOY");
  const order: string[] = [];
  account.answers.UpdateService = ({ desiredCount }: { desiredCount: number }) =>
    void order.push(`count ${desiredCount}`);
  account.answers.CreateDeployment = () => {
    order.push("deployment");
    account.runs("web:2", { running: 3, desired: 3 });
    return { deploymentId: "d-1" };
  };
  expect((await account.run({ desiredCount: 3 })).record.status).toBe("succeeded");
  expect(order).toEqual(["count 3", "deployment"]);
});

test("only scales the running revision, or deploys it again when forced", async () => {
  const account = createVirtualAccount("CODE_DEPLOY");
  account.runs("web:2");
  account.answers.UpdateService = () => void account.runs("web:2", { running: 2, desired: 2 });
  expect((await account.run({ desiredCount: 2 })).record).toMatchObject({
    status: "succeeded",
    changed: true,
    deploymentId: "",
  });
  expect((await account.run({ force: true })).record).toMatchObject({
    status: "succeeded",
    deploymentId: "d-1",
  });
});

test("gives tasks of a new count as long as a deployment to start", async () => {
  const account = createVirtualAccount("CODE_DEPLOY");
  account.runs("web:2");
  account.answers.UpdateService = () => void account.runs("web:2", { running: 1, desired: 3 });
  const { error, endedAt } = await account.run({ desiredCount: 3, deadlineMs: 20 * minute });
  expect(error?.message).toBe("web runs 1 of 3 tasks after its deployment");
  expect(endedAt).toBe(20 * minute);
});

test("creates no deployment for a revision that the awaited deployment has deployed", async () => {
  const account = createVirtualAccount("CODE_DEPLOY");
  account.answers.CreateDeployment = limit;
  account.answers.ListDeployments = { deployments: ["d-0"] };
  account.answers.GetDeployment = () => {
    if (account.inputs("CreateDeployment").length > 0) account.runs("web:2");
    return status("Succeeded");
  };
  const { record, error } = await account.run();
  expect(error).toBeUndefined();
  expect(record).toMatchObject({ status: "succeeded", changed: false, deploymentId: "" });
});

/** CodeDeploy carries out a deployment d-7 of web:2 whose creation the step never saw confirmed. */
function lostAnswer(creation: Error, state: string, parts: object = {}) {
  const account = createVirtualAccount("CODE_DEPLOY");
  const { answers, inputs } = account;
  answers.CreateDeployment = creation;
  answers.ListDeployments = () => ({ deployments: inputs("CreateDeployment").length > 0 ? ["d-7"] : [] });
  const is = (status: string) => {
    answers.GetDeployment = () => {
      const [{ description, revision = {} } = {}] = inputs("CreateDeployment");
      const { sha256 } = revision.appSpecContent ?? {};
      const sent = { description, revision: { appSpecContent: { sha256 } }, createTime: new Date(0) };
      return { deploymentInfo: { status, ...sent, ...parts } };
    };
  };
  is(state);
  return { ...account, is };
}

test("adopts a deployment whose creation got no response, and ends it when its tasks crash", async () => {
  const { answers, inputs, is, run } = lostAnswer(limit, "InProgress");
  answers.GetDeploymentTarget = {
    deploymentTarget: { ecsTarget: { taskSetsInfo: [{ taskSetLabel: "Green", identifer: "ecs-svc/2" }] } },
  };
  const taskArns = ["a", "b", "c"];
  const crashed = {
    taskDefinitionArn: "web:2",
    startedBy: "ecs-svc/2",
    lastStatus: "STOPPED",
    containers: [],
    stopCode: "EssentialContainerExited",
    stoppedReason: "Essential container in task exited",
  };
  answers.ListTasks = { taskArns };
  answers.DescribeTasks = { tasks: taskArns.map((taskArn) => ({ ...crashed, taskArn })) };
  answers.StopDeployment = () => is("Stopped") ?? {};
  // Crashing tasks are rolled back with any value of on-cancel.
  const { record, endedAt } = await run({ onCancel: "leave" }, run12);
  expect(record).toMatchObject({ deploymentId: "d-7", changed: true, status: "stopped" });
  expect(inputs("StopDeployment")).toEqual([{ deploymentId: "d-7", autoRollbackEnabled: true }]);
  expect(inputs("CreateDeployment")).toHaveLength(1);
  expect(endedAt).toBeLessThan(2 * minute);
});

test("reports an adopted deployment that succeeds as a green change with its ID", async () => {
  const { answers, inputs, is, run, runs } = lostAnswer(limit, "InProgress");
  answers.GetDeploymentTarget = () => {
    if (inputs("CreateDeployment").length > 0) {
      is("Succeeded");
      runs("web:2");
    }
    return { deploymentTarget: { ecsTarget: {} } };
  };
  const { record, error, lines } = await run({}, run12);
  expect(error).toBeUndefined();
  expect(record).toMatchObject({ deploymentId: "d-7", changed: true, status: "succeeded" });
  expect(lines).toContain("The response to CreateDeployment was lost; deployment d-7 is this run's.");
});

test("does not repeat a deployment that ended while AWS could not be reached", async () => {
  const { inputs, run } = lostAnswer(cut, "Failed");
  const { record, error } = await run({}, run12);
  expect(record).toMatchObject({ deploymentId: "d-7", changed: true, status: "failed" });
  expect(error?.message).toContain("deployment d-7 Failed");
  expect(inputs("CreateDeployment")).toHaveLength(1);
});

test.each<[string, object]>([
  ["another run", { description: "octocat/shop@abc, run 11" }],
  ["another revision", { revision: { appSpecContent: { sha256: "0" } } }],
  [
    "an earlier attempt, which may be stopping it,",
    { description: describeRun(readRun({ ...runEnvironment, GITHUB_RUN_ATTEMPT: "0" })) },
  ],
])("waits for a deployment of %s instead of adopting it", async (_, parts) => {
  const { run } = lostAnswer(limit, "InProgress", parts);
  const { record, error } = await run({ deadlineMs: 5 * minute }, run12);
  expect(error?.message).toContain("The deadline passed while deployment d-7");
  expect(record).toMatchObject({ deploymentId: "", changed: false });
});
