import {
  CreateDeploymentCommand,
  GetDeploymentCommand,
  ListDeploymentsCommand,
  StopDeploymentCommand,
} from "@aws-sdk/client-codedeploy";
import { beforeEach, expect, test } from "vitest";
import { minute, named } from "../deployment/virtual-run.support.ts";
import type { DeployInputs } from "../inputs.ts";
import { codedeploy, mockAccount, run, runs, status } from "./mocks.support.ts";

beforeEach(mockAccount);

test("fails after a success without running tasks", async () => {
  codedeploy.on(GetDeploymentCommand).resolves(status("Succeeded"));
  runs("web:2", 0);
  const { error } = await run({}, { ms: 90 * minute, given: false });
  expect(error?.message).toBe("web runs 0 of 1 tasks after its deployment");
});

test.each<[DeployInputs["onCancel"], boolean | undefined]>([
  ["rollback", true],
  ["stop", false],
  ["leave", undefined],
])("fails exactly at the deadline and does %s", async (onCancel, autoRollbackEnabled) => {
  codedeploy.on(GetDeploymentCommand).resolves(status("InProgress"));
  codedeploy.on(StopDeploymentCommand).callsFake(() => {
    const errorInformation = {
      code: "MANUAL_STOP",
      message: "The deployment was stopped by a user.",
    } as const;
    codedeploy
      .on(GetDeploymentCommand)
      .resolves({ deploymentInfo: { status: "Stopped", errorInformation, rollbackInfo: {} } });
    return { status: "Succeeded" };
  });
  const { record, error, endedAt } = await run({ onCancel }, { ms: 30 * minute, given: true });
  expect(record.status).toBe("timed-out");
  expect(error?.message).toMatch(
    /^Not done after 30 min: the deployment was InProgress \(deployment d-1 (Stopped|InProgress); production still runs web:1\)/,
  );
  expect(endedAt).toBe(30 * minute);
  const stops = codedeploy.commandCalls(StopDeploymentCommand).map(({ args }) => args[0].input);
  expect(stops).toEqual(
    autoRollbackEnabled === undefined ? [] : [{ deploymentId: "d-1", autoRollbackEnabled }],
  );
});

test("still sees a deployment that ends at the deadline", async () => {
  codedeploy.on(GetDeploymentCommand).callsFake(() => {
    // Fifteen seconds is the longest pause: the last poll before the deadline cannot be later than this.
    const calls = codedeploy.commandCalls(GetDeploymentCommand).length;
    if (calls === 2) runs("web:2");
    return status(calls >= 2 ? "Succeeded" : "InProgress");
  });
  const { record, endedAt } = await run({}, { ms: 1_000, given: true });
  expect(record.status).toBe("succeeded");
  expect(endedAt).toBe(1_000);
});

test("creates no deployment for a revision that the awaited deployment has deployed", async () => {
  codedeploy.on(CreateDeploymentCommand).rejects(named("DeploymentLimitExceededException"));
  codedeploy.on(ListDeploymentsCommand).resolves({ deployments: ["d-0"] });
  codedeploy.on(GetDeploymentCommand).callsFake(() => {
    runs("web:2");
    return status("Succeeded");
  });
  const { record, error } = await run();
  expect(error).toBeUndefined();
  expect(record).toMatchObject({ status: "succeeded", changed: false, deploymentId: "" });
});

test("fails with CodeDeploy's words when someone else stops the deployment", async () => {
  const errorInformation = { code: "MANUAL_STOP", message: "The deployment was stopped by a user." } as const;
  codedeploy
    .on(GetDeploymentCommand)
    .resolves({ deploymentInfo: { status: "Stopped", errorInformation, rollbackInfo: {} } });
  const { record, error } = await run();
  expect(record.status).toBe("stopped");
  expect(error?.message).toMatch(
    /^CodeDeploy ended the deployment \(MANUAL_STOP\): The deployment was stopped by a user/,
  );
});
