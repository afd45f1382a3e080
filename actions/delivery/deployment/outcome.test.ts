import { expect, test } from "vitest";
import { named } from "../../core/fake-aws.support.ts";
import type { DeployInputs } from "../inputs.ts";
import { briefOf, createVirtualAccount, deploymentArn, minute, status } from "./virtual-run.support.ts";

test.each<[string, Partial<DeployInputs>, number, number, string, "DAEMON"?]>([
  ["runs no tasks", {}, 0, 1, "web runs 0 of 1 tasks after its deployment"],
  ["was scaled to zero", {}, 0, 0, "web is scaled to 0 tasks now, so the new revision was not tested"],
  [
    "was scaled below the desired count",
    { desiredCount: 3 },
    1,
    1,
    "web is scaled to 1 tasks now, not to the 3 of desired-count, so the new revision was not tested",
  ],
  [
    "is a daemon without an instance",
    {},
    0,
    0,
    "web runs on no instance, so the new revision was not tested: it is a DAEMON, with one task on each instance of its cluster",
    "DAEMON",
  ],
  ["should run no tasks", { desiredCount: 0 }, 0, 0, ""],
])("judges a success of a service that %s", async (_, inputs, running, desired, message, kind) => {
  const account = createVirtualAccount("CODE_DEPLOY");
  account.answers.UpdateService = {};
  account.answers.CreateDeployment = () => {
    account.runs("web:2", { running, desired, ...(kind && { schedulingStrategy: kind }) });
    return { deploymentId: "d-1" };
  };
  const { record, error } = await account.run(inputs);
  expect(error?.message ?? "").toBe(message);
  expect(record.status).toBe(message ? "failed" : "succeeded");
});

test("waits until CodeDeploy has shifted the traffic back, and says what production runs then", async () => {
  const account = createVirtualAccount("CODE_DEPLOY");
  account.answers.CreateDeployment = () => {
    account.runs("web:2");
    const shifted = account.answers.DescribeServices;
    account.runs("web:1");
    const back = account.answers.DescribeServices;
    account.answers.DescribeServices = () => (account.clock.now() < 20_000 ? shifted : back);
    return { deploymentId: "d-1" };
  };
  const rollbackInfo = { rollbackDeploymentId: "d-2" };
  account.answers.GetDeployment = { deploymentInfo: { status: "Failed", rollbackInfo } };
  const { record, error } = await account.run();
  expect(error?.message).toMatch(/rolled back by d-2; production still runs web:1\)$/);
  expect(record).toMatchObject({ status: "rolled-back", production: ["web:1"] });
});

const byUser = { code: "MANUAL_STOP", message: "The deployment was stopped by a user." };
const stoppedByUser = { deploymentInfo: { status: "Stopped", errorInformation: byUser, rollbackInfo: {} } };
const rolledBack = { serviceDeployments: [{ createdAt: new Date(2_000), status: "ROLLBACK_SUCCESSFUL" }] };

test.each<["ECS" | "CODE_DEPLOY", DeployInputs["onCancel"], object | undefined]>([
  ["CODE_DEPLOY", "rollback", { deploymentId: "d-1", autoRollbackEnabled: true }],
  ["CODE_DEPLOY", "stop", { deploymentId: "d-1", autoRollbackEnabled: false }],
  ["CODE_DEPLOY", "leave", undefined],
  ["ECS", "rollback", { serviceDeploymentArn: deploymentArn("d-2"), stopType: "ROLLBACK" }],
  ["ECS", "stop", { serviceDeploymentArn: deploymentArn("d-2"), stopType: "ABORT" }],
  ["ECS", "leave", undefined],
])("fails exactly at the deadline of %s and does %s", async (controller, onCancel, stop) => {
  const { answers, inputs, keepProduction, run } = createVirtualAccount(controller);
  keepProduction();
  answers.GetDeployment = status("InProgress");
  answers.DescribeServiceDeployments = { serviceDeployments: [{ status: "IN_PROGRESS" }] };
  const end = () => {
    answers.GetDeployment = stoppedByUser;
    answers.DescribeServiceDeployments = rolledBack;
    return {};
  };
  Object.assign(answers, { StopDeployment: end, StopServiceDeployment: end });
  const { record, error, endedAt } = await run({ onCancel, deadlineMs: 30 * minute });
  expect(record.status).toBe("timed-out");
  expect(error?.message).toMatch(
    /^Not done after 30 min: the deployment was \w+ \((service )?deployment d-\d \w+; production still runs web:1\)/,
  );
  expect(endedAt).toBe(30 * minute);
  const stops = [...inputs("StopDeployment"), ...inputs("StopServiceDeployment")];
  expect(stops).toEqual(stop ? [stop] : []);
});

test.each([
  [30 * minute, 30 * minute],
  // Computed for ECS: thirty minutes to start and ten to end, after the other deployment.
  [undefined, 50 * minute],
])(
  "counts a deadline of %s from the start of the step, a computed one from the deployment's",
  async (...given) => {
    const [deadlineMs, expected] = given;
    const { answers, keepProduction, run, clock } = createVirtualAccount("ECS");
    keepProduction();
    const other = () => (clock.now() < 10 * minute ? "IN_PROGRESS" : "SUCCESSFUL");
    answers.ListServiceDeployments = () => ({
      serviceDeployments: [briefOf("d-1", { status: other() })],
    });
    answers.DescribeServiceDeployments = ({
      serviceDeploymentArns: [arn],
    }: {
      serviceDeploymentArns: string[];
    }) => ({
      serviceDeployments: [{ status: arn === deploymentArn("d-1") ? other() : "IN_PROGRESS" }],
    });
    const { record, endedAt } = await run({ deadlineMs, onCancel: "leave" });
    expect(record.status).toBe("timed-out");
    expect(endedAt).toBeGreaterThanOrEqual(expected);
    expect(endedAt).toBeLessThan(expected + minute);
  },
);

test("still sees a deployment that ends at the deadline", async () => {
  const { answers, runs, keepProduction, run, clock } = createVirtualAccount("CODE_DEPLOY");
  keepProduction();
  answers.GetDeployment = () => {
    const isOver = clock.now() >= 1_000;
    if (isOver) runs("web:2");
    return status(isOver ? "Succeeded" : "InProgress");
  };
  const { record, endedAt } = await run({ deadlineMs: 1_000 });
  expect(record).toMatchObject({ status: "succeeded", production: ["web:2"] });
  expect(endedAt).toBe(1_000);
});

test("names the deployment that took over: the first one after this", async () => {
  const { answers, inputs, keepProduction, run } = createVirtualAccount("ECS");
  keepProduction();
  const stopped = { status: "STOPPED", createdAt: new Date(2_000) };
  answers.DescribeServiceDeployments = { serviceDeployments: [stopped] };
  answers.ListServiceDeployments = () => {
    const ids = inputs("UpdateService").length > 0 ? ["d-4", "d-3", "d-2", "d-1"] : ["d-1"];
    return { serviceDeployments: ids.map((id) => briefOf(id)) };
  };
  const { record, error } = await run();
  expect(record.status).toBe("superseded");
  expect(error?.message).toContain("STOPPED, as service deployment d-3 took over");
});

test("reports that production is mixed when it is", async () => {
  const { answers, runs, keepProduction, run } = createVirtualAccount("ECS");
  keepProduction();
  answers.DescribeServiceDeployments = () => {
    const primary = { status: "PRIMARY", taskDefinition: "web:1", runningCount: 1, desiredCount: 2 };
    const other = { status: "ACTIVE", taskDefinition: "web:2", runningCount: 1, desiredCount: 0 };
    runs("web:1", { deployments: [primary, other] });
    return { serviceDeployments: [{ status: "ROLLBACK_FAILED", statusReason: "No capacity." }] };
  };
  const { record, error } = await run();
  expect(record).toMatchObject({ status: "failed", production: ["web:1", "web:2"] });
  expect(error?.message).toMatch(/ROLLBACK_FAILED; production runs web:1 and web:2\)$/);
});

test("reports that a deployment outlives the credentials, and leaves it as configured", async () => {
  const { answers, run } = createVirtualAccount("CODE_DEPLOY");
  answers.GetDeployment = named("ExpiredTokenException");
  const { record, error, handles } = await run({ onCancel: "leave" });
  expect(error?.message).toMatch(
    /^The AWS credentials have expired .*, so deployment d-1 could not be followed.*it continues \(on-cancel: leave\)$/,
  );
  expect(record).toMatchObject({ status: "lost", deploymentId: "d-1" });
  expect(handles.at(-1)).toBeUndefined();
});

test("reports that a late deployment cannot be stopped, and leaves it to the post step", async () => {
  const { answers, keepProduction, run } = createVirtualAccount("CODE_DEPLOY");
  keepProduction();
  answers.GetDeployment = status("InProgress");
  answers.StopDeployment = named("AccessDeniedException");
  const { record, error, handles } = await run({ deadlineMs: 30 * minute });
  expect(record.status).toBe("timed-out");
  expect(error?.message).toContain(
    "deployment d-1 InProgress; it continues, as it could not be stopped: The AWS role may not do this: AccessDeniedException; production still runs web:1",
  );
  expect(handles.at(-1)).toEqual({ controller: "CODE_DEPLOY", id: "d-1" });
});

test("reports that ECS cannot stop without a rollback, and leaves the rest to the post step", async () => {
  const { answers, inputs, run } = createVirtualAccount("ECS");
  answers.DescribeServiceDeployments = () =>
    inputs("UpdateService").length > 0 ? named("AccessDeniedException", "no describing") : {};
  answers.StopServiceDeployment = named("InvalidParameterException", "Invalid stopType");
  const { error, record, handles } = await run({ onCancel: "stop" });
  expect(error?.message).toMatch(
    /^The AWS role may not do this: no describing, so service deployment d-2 could not be followed to its end; it continues, as it could not be stopped \(on-cancel: stop\): ECS cannot stop this deployment without a rollback/,
  );
  expect(record.status).toBe("lost");
  expect(handles.at(-1)).toEqual({ controller: "ECS", id: deploymentArn("d-2") });
});
