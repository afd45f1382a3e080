import {
  DescribeServiceDeploymentsCommand,
  DescribeServiceRevisionsCommand,
  ListServiceDeploymentsCommand,
  StopServiceDeploymentCommand,
  UpdateServiceCommand,
} from "@aws-sdk/client-ecs";
import { beforeEach, expect, test } from "vitest";
import { minute, named } from "../deployment/virtual-run.support.ts";
import type { DeployInputs } from "../inputs.ts";
import { arnOf, briefOf, ecs, is, mockAccount, run, runs, succeeds, updates } from "./mocks.support.ts";

beforeEach(mockAccount);

test("sets count, force and alarms in one update, together with the service's configuration", async () => {
  const deploymentConfiguration = { strategy: "BLUE_GREEN", bakeTimeInMinutes: 5, maximumPercent: 150 };
  runs("web:1", { deploymentConfiguration });
  succeeds();
  const { record } = await run({ force: true, rollbackOnAlarm: ["5xx", "slow"] });
  expect(record.status).toBe("succeeded");
  expect(updates()).toEqual([
    {
      cluster: "c",
      service: "web",
      taskDefinition: "web:2",
      forceNewDeployment: true,
      deploymentConfiguration: {
        ...deploymentConfiguration,
        alarms: { alarmNames: ["5xx", "slow"], enable: true, rollback: true },
      },
    },
  ]);
});

test("deploys the revision of a failed deployment again", async () => {
  runs("web:2", {
    deployments: [
      {
        status: "PRIMARY",
        taskDefinition: "web:2",
        rolloutState: "FAILED",
        runningCount: 0,
        desiredCount: 1,
      },
    ],
  });
  succeeds();
  expect((await run()).record.status).toBe("succeeded");
  expect(updates()).toMatchObject([{ taskDefinition: "web:2", forceNewDeployment: true }]);
});

test("finds a service deployment that the update does not name by its revision", async () => {
  ecs.on(UpdateServiceCommand).resolves({ service: {} });
  let looks = 0;
  ecs.on(ListServiceDeploymentsCommand).callsFake(() => {
    looks += 1;
    // One poll is before the update, and one too early after it.
    const ids = looks <= 2 ? ["d-1"] : ["d-4", "d-3", "d-1"];
    return { serviceDeployments: ids.map((id) => briefOf(id)) };
  });
  ecs.on(DescribeServiceRevisionsCommand).resolves({
    serviceRevisions: [
      { serviceRevisionArn: "revision-of-d-4", taskDefinition: "web:9" },
      { serviceRevisionArn: "revision-of-d-3", taskDefinition: "web:2" },
    ],
  });
  succeeds();
  const { record, error } = await run();
  expect(error).toBeUndefined();
  expect(record).toMatchObject({ status: "succeeded", deploymentId: arnOf("d-3") });
});

test("changes nothing when ECS refuses the update, and reports its words", async () => {
  ecs
    .on(UpdateServiceCommand)
    .rejects(named("InvalidParameterException", "The container web does not exist."));
  const { error, record, handles } = await run();
  expect(error?.message).toBe("ECS refuses the deployment: The container web does not exist.");
  expect(record).toMatchObject({ changed: false, deploymentId: "" });
  expect(handles).toEqual([]);
});

test.each<[DeployInputs["onCancel"], string | undefined]>([
  ["rollback", "ROLLBACK"],
  ["stop", "ABORT"],
  ["leave", undefined],
])("fails exactly at the deadline and does %s", async (onCancel, stopType) => {
  is({ status: "IN_PROGRESS" });
  ecs.on(StopServiceDeploymentCommand).callsFake(() => void is({ status: "ROLLBACK_SUCCESSFUL" }));
  const { record, error, endedAt } = await run({ onCancel }, { ms: 30 * minute, given: true });
  expect(record.status).toBe("timed-out");
  expect(error?.message).toMatch(
    /^Not done after 30 min: .+ \(service deployment d-2 \w+; production still runs web:1\)/,
  );
  expect(endedAt).toBe(30 * minute);
  const stops = ecs.commandCalls(StopServiceDeploymentCommand).map(({ args }) => args[0].input);
  expect(stops).toEqual(stopType === undefined ? [] : [{ serviceDeploymentArn: arnOf("d-2"), stopType }]);
});

test("reports that ECS cannot stop without a rollback, and leaves the rest to the post step", async () => {
  ecs.on(DescribeServiceDeploymentsCommand).rejects(named("AccessDeniedException", "no describing"));
  ecs.on(StopServiceDeploymentCommand).rejects(named("InvalidParameterException", "Invalid stopType"));
  const { error, record, handles } = await run({ onCancel: "stop" });
  expect(error?.message).toMatch(
    /^The AWS role may not do this: no describing, so service deployment d-2 could not be followed to its end; it continues, as it could not be stopped \(on-cancel: stop\): ECS cannot stop this deployment without a rollback/,
  );
  expect(record.status).toBe("lost");
  expect(handles.at(-1)).toEqual({ controller: "ECS", id: arnOf("d-2") });
});

test("reports that production is mixed when it is", async () => {
  is({ status: "ROLLBACK_FAILED", statusReason: "No capacity." });
  runs("web:1", {
    deployments: [
      { status: "PRIMARY", taskDefinition: "web:1", runningCount: 1, desiredCount: 2 },
      { status: "ACTIVE", taskDefinition: "web:2", runningCount: 1, desiredCount: 0 },
    ],
  });
  const { record, error } = await run();
  expect(record.status).toBe("failed");
  expect(error?.message).toMatch(/ROLLBACK_FAILED; production runs web:1 and web:2\)$/);
});
