import { readFile } from "node:fs/promises";
import { createDelivery } from "@ecs-delivery/simulator/outside-clients/delivery.support";
import type { Program } from "@ecs-delivery/simulator/runtime/tasks/in-process-runtime.support";
import { startTestSimulator, testListenerPortOffset } from "@ecs-delivery/simulator/test-simulator.support";
import { afterAll, afterEach, expect, it } from "vitest";
import { type Stage, stageOn } from "../stage.support.ts";
import { type Change, closedGroup, createDatabase, noRoute, partsOf } from "../verify/networks.support.ts";

/** Connects to its database before it listens, with the timeout of mysql2. */
const program: Program = ({ environment, isDatabaseClosed, exit, listen, log }) => {
  if (environment.DB_HOST && isDatabaseClosed(environment.DB_HOST, 3306)) {
    log("Error: connect ETIMEDOUT");
    exit(1);
  }
  listen(8080, (_, response) => void response.end());
};

const simulator = await startTestSimulator({ networks: "enforce", warn: () => {} });
const { productionUrl } = await createDelivery(simulator, testListenerPortOffset());
const stage: Stage = await stageOn({ simulator, productionUrl, cluster: "outside", program });
const parts = await partsOf(stage);
const database = await createDatabase(parts);
afterAll(() => stage.close());
afterEach(() => simulator.faults.clear());

let versions = 0;

/** Deploys to a network that verification may not read. Nothing denies it to the search for causes, unless `times` does. */
async function deploy(change: Change | undefined, environment: Record<string, string>, times?: number) {
  const undo = await change?.(parts);
  simulator.faults.add({ kind: "deny", operation: "ec2:DescribeSubnets", ...(times && { times }) });
  const definition = JSON.parse(await readFile(await stage.taskDefinition("1"), "utf8"));
  definition.containerDefinitions[0].environment = Object.entries({
    VERSION: `${++versions}`,
    ...environment,
  }).map(([name, value]) => ({ name, value }));
  const changes = { waitUntil: "traffic-shifted", maxFailedTasks: 1 } as const;
  const { error } = await stage.deploy("new", changes, { definition });
  await undo?.();
  return error;
}

it.each<[string, Change | undefined, () => Record<string, string>, RegExp, RegExp]>([
  [
    "tasks without a way out",
    noRoute,
    () => ({}),
    /^Tasks in subnet-\w+, subnet-\w+ cannot reach Amazon ECR, CloudWatch Logs: route table rtb-\w+ has no route to .* \(The task cannot log in to Amazon ECR: the task has no way to Amazon ECR: /,
    /^aws ec2 create-route --route-table-id rtb-/,
  ],
  [
    "health checks that time out",
    closedGroup,
    () => ({}),
    /^The security groups of the tasks \(sg-\w+\) do not admit the load balancer outside \(sg-\w+\) on port 8080, so its health checks time out \(Request timed out/,
    /^aws ec2 authorize-security-group-ingress --group-id sg-\w+ --protocol tcp --port 8080/,
  ],
  [
    "a database that does not admit the tasks",
    undefined,
    () => ({ DB_HOST: database.host }),
    /^The security groups of the database shop \(sg-\w+\) do not admit the tasks \(sg-\w+\) on port 3306 \(Container web exited with code 1: Error: connect ETIMEDOUT/,
    /^aws ec2 authorize-security-group-ingress --group-id sg-\w+ --protocol tcp --port 3306/,
  ],
])("names the closed way of %s", async (_, change, environment, text, fix) => {
  const error = await deploy(change, environment(), 1);
  expect(error?.message).toMatch(text);
  expect(error?.nextStep).toMatch(fix);
});

it("gives general advice where the network may not be read", async () => {
  const error = await deploy(noRoute, {});
  expect(error?.message).toMatch(/^The task cannot log in to Amazon ECR: the task has no way to Amazon ECR/);
  expect(error?.nextStep).toMatch(/^check the subnets' route to Amazon ECR/);
});
