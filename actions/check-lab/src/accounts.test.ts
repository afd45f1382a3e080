import { afterEach, beforeEach, expect, it } from "vitest";
import { startTestSimulator, type TestSimulator } from "../../../simulator/src/test-simulator.support.ts";
import { check, expectAllGreen } from "./check.support.ts";
import { buildByHand } from "./lab-account.support.ts";
import { otherNames } from "./lab-parts.support.ts";

let simulator: TestSimulator;
beforeEach(async () => {
  simulator = await startTestSimulator({ account: "academy" });
});
afterEach(() => simulator?.close());

it("passes every item of an account made by hand", async () => {
  await buildByHand(simulator);
  expectAllGreen(await check(simulator));
});

it("finds everything under other names, and says what it took for what", async () => {
  await buildByHand(simulator, otherNames);
  const report = await check(simulator);
  expectAllGreen(report);
  expect(report.taken).toMatchObject({
    "the load balancer": "cafe-front",
    "the employee's production target group": "tg-b-green",
    "the employee service": "cafe/web-b",
    "the employee image repository": "cafe-staff",
    "the customer deployment group": "cafe-app/dg-a",
    "the customer pipeline": "pipe-a",
    "the code repository": "cafe-code",
  });
});
