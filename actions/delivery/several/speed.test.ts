import { DescribeServicesCommand } from "@aws-sdk/client-ecs";
import { afterAll, expect, test, vi } from "vitest";
import { DeploymentRecord } from "../record.ts";
import { createFleet } from "./several.support.ts";
import { deployStep } from "./step.ts";

const services = Array.from({ length: 50 }, (_, index) => `worker-${index + 1}`);
const fleet = await createFleet(...services);
afterAll(() => fleet.close());

/** Deploys in virtual time; returns its milliseconds, and how many services each call of DescribeServices is about. */
async function measure(version: string, list?: readonly string[]) {
  const context = fleet.context();
  const terms = { service: "worker-1", services: list, maxParallel: 50, settleMs: 60_000 };
  const record = new DeploymentRecord("outside", "worker-1", list);
  record.startedAt = context.clock.now();
  const send = vi.spyOn(context.clients.ecs, "send");
  await deployStep(context, fleet.inputs(await fleet.taskDefinition(version), terms), record);
  const commands = send.mock.calls.map(([command]) => command);
  send.mockRestore();
  const reads = commands.filter((command) => command instanceof DescribeServicesCommand);
  const sizes = reads.map(({ input }) => input.services?.length ?? 0);
  return { ms: context.clock.now() - record.startedAt, sizes, status: record.status };
}

test("deploys to 50 services in the time of one, and asks AWS about up to ten at once", async () => {
  // Polls vary by ±10 %: here always in the same way.
  let state = 1;
  const random = vi.spyOn(Math, "random").mockImplementation(() => {
    state = (state * 16_807) % 2_147_483_647;
    return state / 2_147_483_647;
  });
  const [one, all] = [await measure("one"), await measure("two", services)];
  random.mockRestore();
  expect([one.status, all.status]).toEqual(["succeeded", "succeeded"]);
  expect(all.ms / one.ms).toBeLessThanOrEqual(1.3);
  const reads = all.sizes.reduce((sum, size) => sum + size, 0);
  expect(reads).toBeGreaterThanOrEqual(50 * (one.sizes.length - 1));
  expect(all.sizes.length).toBeLessThanOrEqual(reads / 6);
});
