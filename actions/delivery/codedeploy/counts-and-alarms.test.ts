import {
  CreateDeploymentCommand,
  GetDeploymentCommand,
  ListDeploymentsCommand,
} from "@aws-sdk/client-codedeploy";
import { UpdateServiceCommand } from "@aws-sdk/client-ecs";
import { beforeEach, expect, test } from "vitest";
import { minute } from "../deployment/virtual-run.support.ts";
import type { DeployInputs } from "../inputs.ts";
import { codedeploy, ecs, mockAccount, run, runs, status } from "./mocks.support.ts";

beforeEach(mockAccount);

test("sets a new desired count before the deployment, so that its tasks are verified at that count", async () => {
  const order: string[] = [];
  codedeploy.on(ListDeploymentsCommand).resolves({ deployments: [] });
  ecs.on(UpdateServiceCommand).callsFake(({ desiredCount }) => void order.push(`count ${desiredCount}`));
  codedeploy.on(CreateDeploymentCommand).callsFake(() => {
    order.push("deployment");
    return { deploymentId: "d-1" };
  });
  codedeploy.on(GetDeploymentCommand).callsFake(() => {
    runs("web:2", 3, 3);
    return status("Succeeded");
  });
  const { record } = await run({ desiredCount: 3 });
  expect(record.status).toBe("succeeded");
  expect(order).toEqual(["count 3", "deployment"]);
});

test.each<[string, Partial<DeployInputs>, number, string]>([
  ["to zero", {}, 0, "web is scaled to 0 tasks now, so the new revision was not tested"],
  [
    "below the desired count",
    { desiredCount: 3 },
    1,
    "web is scaled to 1 tasks now, not to the 3 of desired-count",
  ],
])("fails after a success of a service that somebody scaled %s", async (_, inputs, count, message) => {
  codedeploy.on(ListDeploymentsCommand).resolves({ deployments: [] });
  codedeploy.on(GetDeploymentCommand).callsFake(() => {
    runs("web:2", count, count);
    return status("Succeeded");
  });
  const { record, error } = await run(inputs);
  expect(error?.message).toContain(message);
  expect(record.status).toBe("failed");
});

test("succeeds without tasks when the desired count is zero", async () => {
  codedeploy.on(ListDeploymentsCommand).resolves({ deployments: [] });
  codedeploy.on(GetDeploymentCommand).callsFake(() => {
    runs("web:2", 0, 0);
    return status("Succeeded");
  });
  const { record, error } = await run({ desiredCount: 0 });
  expect(error).toBeUndefined();
  expect(record.status).toBe("succeeded");
});

test("only scales the running revision, or deploys it again when forced", async () => {
  runs("web:2");
  ecs.on(UpdateServiceCommand).callsFake(() => void runs("web:2", 2, 2));
  expect((await run({ desiredCount: 2 })).record).toMatchObject({
    status: "succeeded",
    changed: true,
    deploymentId: "",
  });
  codedeploy.on(GetDeploymentCommand).resolves(status("Succeeded"));
  expect((await run({ force: true })).record).toMatchObject({ status: "succeeded", deploymentId: "d-1" });
});

test("watches alarms for this deployment and rolls back on them", async () => {
  codedeploy.on(GetDeploymentCommand).callsFake(() => {
    runs("web:2");
    return status("Succeeded");
  });
  await run({ rollbackOnAlarm: ["5xx"] });
  expect(codedeploy.commandCalls(CreateDeploymentCommand)[0]?.args[0].input).toMatchObject({
    overrideAlarmConfiguration: { enabled: true, alarms: [{ name: "5xx" }] },
    autoRollbackConfiguration: { enabled: true, events: ["DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM"] },
  });
});

test("gives tasks of a new count as long as a deployment to start", async () => {
  runs("web:2");
  ecs.on(UpdateServiceCommand).callsFake(() => void runs("web:2", 1, 3));
  const { error, endedAt } = await run({ desiredCount: 3 }, { ms: 20 * minute, given: true });
  expect(error?.message).toBe("web runs 1 of 3 tasks after its deployment");
  expect(endedAt).toBeGreaterThanOrEqual(20 * minute);
});
