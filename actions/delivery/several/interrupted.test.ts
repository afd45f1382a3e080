import { afterAll, afterEach, expect, test } from "vitest";
import { runEntry } from "../../core/entry.support.ts";
import { createFleet } from "./several.support.ts";

const fleet = await createFleet(["worker"]);
afterEach(() => fleet.simulator.faults.clear());
afterAll(() => fleet.close());

const services = "web\nworker";

/** Deploys to both services, and calls `act` once both deployments are in progress. */
async function interrupt(version: string, act: (kill: (signal: NodeJS.Signals) => void) => void) {
  const created = new Set<string>();
  const before = await fleet.production("web", "worker");
  const onLine = (line: string, kill: (signal: NodeJS.Signals) => void) => {
    if (!line.endsWith(" is created.") || created.size === 2) return;
    created.add(line);
    if (created.size === 2) act(kill);
  };
  return { ...(await fleet.deployEntry(version, { services }, { onLine })), before };
}

/** Resolves when both services run what they ran before. */
const expectBack = (before: readonly (string | undefined)[]) =>
  fleet.clock.eventually(async () => expect(await fleet.production("web", "worker")).toEqual(before));

test("stops and rolls back every deployment in progress when the job is cancelled", async () => {
  const { errors, outputs, state, before } = await interrupt("cancelled", (kill) => kill("SIGTERM"));
  expect(errors).toEqual([
    expect.stringMatching(
      /^web: Cancelled by SIGTERM; .* rolled back .*; worker: Cancelled by SIGTERM; .* rolled back /,
    ),
  ]);
  expect(outputs.status).toBe("cancelled");
  expect(state.STATE_deployment).toBe("");
  await expectBack(before);
});

test("leaves deployments that it can no longer stop to the post step, which ends all of them", async () => {
  const { errors, outputs, state, before } = await interrupt("lost", () => {
    fleet.simulator.faults.add({ kind: "expire", operation: "*" });
  });
  expect(errors).toEqual([
    expect.stringMatching(/web: The AWS credentials have expired.*; worker: The AWS /),
  ]);
  expect(outputs.status).toBe("lost");
  expect(JSON.parse(state.STATE_deployment ?? "")).toMatchObject({ onCancel: "rollback", others: [{}] });
  fleet.simulator.faults.clear();
  const { warnings } = await runEntry("deploy-service", {
    ...{ simulator: fleet.simulator, inputs: { cluster: "outside", services }, environment: state },
  });
  expect(warnings).toHaveLength(2);
  await expectBack(before);
});

test("starts no service after the deadline, which is that of the whole step", async () => {
  const inputs = { services, "max-parallel": "1", deadline: "20s" };
  const { errors, outputs } = await fleet.deployEntry("late", inputs);
  expect(errors).toEqual([
    expect.stringMatching(/^web: Not done after 20 s: .*1 service not started: worker/),
  ]);
  expect(outputs.status).toBe("timed-out");
});
