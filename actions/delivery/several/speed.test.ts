import { DescribeServicesCommand } from "@aws-sdk/client-ecs";
import { afterAll, expect, test, vi } from "vitest";
import { createFleet } from "./several.support.ts";
import { deployStep } from "./step.ts";

const services = Array.from({ length: 50 }, (_, index) => `worker-${index + 1}`);
const fleet = await createFleet(services);
afterAll(() => fleet.close());

/** Deploys in virtual time; returns its milliseconds, and how many services each call of DescribeServices is about. */
async function measure(version: string, list?: readonly string[]) {
  const context = fleet.context();
  const file = await fleet.taskDefinition(version);
  const terms = { service: "worker-1", services: list, maxParallel: 50, settleMs: 60_000 };
  const inputs = fleet.inputs(file, terms);
  const record = deployStep.record(inputs);
  record.startedAt = context.clock.now();
  const send = vi.spyOn(context.clients.ecs, "send");
  await deployStep.run(context, inputs, record);
  const sizes = send.mock.calls.flatMap(([command]) =>
    command instanceof DescribeServicesCommand ? (command.input.services?.length ?? 0) : [],
  );
  send.mockRestore();
  return { ms: context.clock.now() - record.startedAt, sizes, status: record.status };
}

test("deploys to 50 services in the time of one, and asks AWS about up to ten at once", async () => {
  // The polls vary by ±10 %: here always in the same way.
  let state = 1;
  const random = vi.spyOn(Math, "random").mockImplementation(() => {
    state = (state * 16_807) % 2_147_483_647;
    return state / 2_147_483_647;
  });
  const one = await measure("one");
  const all = await measure("two", services);
  random.mockRestore();
  expect([one.status, all.status]).toEqual(["succeeded", "succeeded"]);
  expect(all.ms / one.ms).toBeLessThanOrEqual(1.3);
  const reads = all.sizes.reduce((sum, size) => sum + size, 0);
  expect(reads).toBeGreaterThanOrEqual(50 * (one.sizes.length - 1));
  expect(Math.max(...all.sizes)).toBe(10);
  expect(all.sizes.length).toBeLessThanOrEqual(reads / 6);
});
