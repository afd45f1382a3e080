import { afterAll, beforeAll, expect, it } from "vitest";
import { startTestSimulator, type TestSimulator } from "../../../simulator/src/test-simulator.support.ts";
import { check, itemsOf } from "./check.support.ts";
import { buildByHand } from "./lab-account.support.ts";

let simulator: TestSimulator;
beforeAll(async () => {
  simulator = await startTestSimulator({ account: "academy" });
  await buildByHand(simulator);
});
afterAll(() => simulator?.close());

it("finds no mistake in an account made by hand", async () => {
  const report = await check(simulator);
  expect(itemsOf(report, "fail")).toEqual([]);
});
