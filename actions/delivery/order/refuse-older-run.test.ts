import { expect, test } from "vitest";
import type { RunningService } from "../../shared/ecs/service.ts";
import type { DeliveryContext } from "../context.ts";
import type { DeployInputs } from "../inputs.ts";
import { newRecord } from "../record.ts";
import { refuseOlderRun } from "./refuse-older-run.ts";
import { type Run, readRun } from "./run.ts";
import { runTagKey } from "./run-tag.ts";

const afterRollback =
  "run=13.1 revision=web:7 undone=web:8 workflow=octocat/shop/.github/workflows/deploy.yml";

function refusal(number: number, inProduction: string, kind?: Run["kind"]) {
  const env = {
    GITHUB_REPOSITORY: "octocat/shop",
    GITHUB_WORKFLOW_REF: "octocat/shop/.github/workflows/deploy.yml@refs/heads/main",
    GITHUB_RUN_NUMBER: String(number),
  };
  const service = { tags: [{ key: runTagKey, value: afterRollback }] };
  const production = { revision: `arn:task-definition/${inProduction}` };
  const record = newRecord("c", "web");
  try {
    refuseOlderRun(
      { run: readRun(env, kind) } as DeliveryContext,
      { force: false, service: "web" } as DeployInputs,
      record,
      { service, production } as RunningService,
    );
    return undefined;
  } catch (error) {
    expect(record.status).toBe("superseded");
    return (error as Error).message;
  }
}

const workflow = ".github/workflows/deploy.yml";
test.each([
  [
    "an older run",
    12,
    "web:7",
    `Run 13 of ${workflow} has already deployed web:8 of web, which was rolled back on request to web:7; this is the older run 12`,
  ],
  ["a retry of the undone run", 13, "web:7", undefined],
  ["a newer run", 14, "web:7", undefined],
  [
    "an older run after a failed rollback",
    12,
    "web:8",
    `Run 13 of ${workflow} has already deployed web:8 of web; this is the older run 12`,
  ],
  ["an older run once production is another revision", 12, "web:9", undefined],
])("checks the order of runs after a rollback on request: %s", (_, number, inProduction, message) => {
  expect(refusal(number, inProduction)).toBe(message);
});

test("never calls a rollback older", () => {
  expect(refusal(1, "web:7", "rollback")).toBeUndefined();
});
