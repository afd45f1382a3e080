import { GetDeploymentCommand, StopDeploymentCommand } from "@aws-sdk/client-codedeploy";
import { beforeEach, expect, test } from "vitest";
import type { Failure } from "../../core/failure.ts";
import { minute, named } from "../deployment/virtual-run.support.ts";
import type { DeployInputs } from "../inputs.ts";
import { codedeploy, mockAccount, run, status } from "./mocks.support.ts";

beforeEach(mockAccount);

const expired = named("ExpiredTokenException");

test.each<[string, DeployInputs["onCancel"], Error | undefined, RegExp, boolean]>([
  ["are left, as configured", "leave", undefined, /it continues \(on-cancel: leave\)$/, true],
  [
    "continue when they cannot be rolled back either",
    "rollback",
    expired,
    /it continues, as it could not be stopped and rolled back \(on-cancel: rollback\): The AWS credentials have expired/,
    false,
  ],
  [
    "are rolled back when the credentials renew themselves",
    "rollback",
    undefined,
    /it is being stopped and rolled back \(on-cancel: rollback\)$/,
    true,
  ],
])("reports that deployments outliving the credentials %s", async (_, onCancel, onStop, message, decided) => {
  codedeploy.on(GetDeploymentCommand).rejects(expired);
  if (onStop) codedeploy.on(StopDeploymentCommand).rejects(onStop);
  const { record, error, handles } = await run({ onCancel });
  expect(error?.message).toMatch(
    /^The AWS credentials have expired .*, so deployment d-1 could not be followed/,
  );
  expect(error?.message).toMatch(message);
  expect((error as Failure).nextStep).toContain("use credentials that last longer than the deployment");
  expect(record).toMatchObject({ status: "lost", deploymentId: "d-1" });
  // The post step tries again until the deployment's end is decided.
  expect(handles.at(-1)).toEqual(decided ? undefined : { controller: "CODE_DEPLOY", id: "d-1" });
});

test("reports that a late deployment cannot be stopped, and leaves it to the post step", async () => {
  codedeploy.on(GetDeploymentCommand).resolves(status("InProgress"));
  codedeploy.on(StopDeploymentCommand).rejects(named("AccessDeniedException"));
  const { record, error, handles } = await run({}, { ms: 30 * minute, given: true });
  expect(record.status).toBe("timed-out");
  expect(error?.message).toContain(
    "deployment d-1 InProgress; it continues, as it could not be stopped: The AWS role may not do this: AccessDeniedException; production still runs web:1",
  );
  expect(handles.at(-1)).toEqual({ controller: "CODE_DEPLOY", id: "d-1" });
});
