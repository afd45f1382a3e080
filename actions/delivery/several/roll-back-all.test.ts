import { afterAll, afterEach, expect, test } from "vitest";
import { runEnvironment } from "../deployment/virtual-run.support.ts";
import { commitTagKey } from "../order/run-tag.ts";
import { createFleet } from "./several.support.ts";

const fleet = await createFleet(["worker"]);
afterEach(() => fleet.simulator.faults.clear());
afterAll(() => fleet.close());

/** CodeDeploy deploys `web`, and still keeps its old tasks when ECS may not update `worker`. */
async function deployTo(version: string, onLine = (_: string) => {}) {
  fleet.simulator.faults.add({ kind: "deny", operation: "ecs:UpdateService" });
  const inputs = { services: "web\nworker", "max-parallel": "1", "on-failure": "rollback-all" };
  const environment = { ...runEnvironment, GITHUB_SHA: version };
  const before = await fleet.production("web", "worker");
  return { ...(await fleet.deployEntry(version, inputs, { onLine, environment })), before };
}

test("ends a deployment in progress with its rollback, and notes no commit", async () => {
  const { errors, before } = await deployTo("one");
  expect(errors).toEqual([expect.stringMatching(/^worker: .*ecs:UpdateService.*1 service rolled back: web/)]);
  expect(await fleet.production("web", "worker")).toEqual(before);
  expect(await fleet.tagOf("web", commitTagKey)).toBeUndefined();
});

test("says which service could not be rolled back", async () => {
  const { errors, outputs, summary } = await deployTo("two", (line) => {
    if (line.includes("Rolling back"))
      for (const operation of ["codedeploy:StopDeployment", "codedeploy:CreateDeployment"])
        fleet.simulator.faults.add({ kind: "deny", operation });
  });
  expect(errors).toEqual([expect.stringContaining("web was not rolled back: ")]);
  expect(summary).toContain("| ❌ green but not rolled back |");
  expect(JSON.parse(outputs.services ?? "")).toMatchObject([{ rollback: { status: "failed" } }, {}]);
});
