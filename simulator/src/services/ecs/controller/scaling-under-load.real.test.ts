import { ECS } from "@aws-sdk/client-ecs";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createDelivery, type Delivery } from "../../../outside-clients/delivery.support.ts";
import { startLoad } from "../../../outside-clients/load.support.ts";
import type { Simulator } from "../../../simulator.ts";
import { startRealSimulator, testListenerPortOffset } from "../../../test-simulator.support.ts";
import { pushProgram } from "./push-program.support.ts";

/** Responds slowly enough that requests are always in progress when a task is stopped. */
const server = `
  import { createServer } from "node:http";
  const server = createServer((_, response) => setTimeout(() => response.end(String(process.pid)), 20));
  server.listen(8080);
  process.on("SIGTERM", () => server.close(() => process.exit(0)));
`;

let simulator: Simulator;
let delivery: Delivery;

beforeAll(async () => {
  simulator = await startRealSimulator();
  delivery = await createDelivery(simulator, testListenerPortOffset());
  await pushProgram(simulator, delivery.repositoryUri, server);
});
afterAll(() => simulator?.close());

it("scales from 1 to 3 and back to 1 without failing a request", async () => {
  const ecs = new ECS(simulator.clientConfig);
  const running = async () => {
    const { services } = await ecs.describeServices({ cluster: "outside", services: ["web"] });
    return services?.[0]?.runningCount;
  };
  const healthy = (count: number) =>
    expect.poll(() => targetStates(), { timeout: 60_000 }).toEqual(Array(count).fill("healthy"));
  await healthy(1);
  const load = startLoad(delivery.productionUrl, 8);
  await ecs.updateService({ cluster: "outside", service: "web", desiredCount: 3 });
  await healthy(3);
  await expect.poll(() => new Set(load.answers).size).toBe(3);
  await ecs.updateService({ cluster: "outside", service: "web", desiredCount: 1 });
  await healthy(1);
  await expect.poll(running).toBe(1);
  await load.stop();
  expect(load.failures).toEqual([]);
});

async function targetStates() {
  const { TargetHealthDescriptions = [] } = await simulator.aws.elbv2.describeTargetHealth({
    TargetGroupArn: delivery.targetGroups.blue,
  });
  return TargetHealthDescriptions.map(({ TargetHealth }) => TargetHealth?.State);
}
