import { readFile } from "node:fs/promises";
import { createDelivery } from "@ecs-delivery/simulator/outside-clients/delivery.support";
import type { Program } from "@ecs-delivery/simulator/runtime/tasks/in-process-runtime.support";
import { startTestSimulator, testListenerPortOffset } from "@ecs-delivery/simulator/test-simulator.support";
import { afterAll, afterEach, expect, it } from "vitest";
import {
  type Change,
  closedGroup,
  createDatabase,
  noRoute,
  partsOf,
} from "../../ecs/network/account.support.ts";
import { stageOn } from "../stage.support.ts";

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
const stage = await stageOn({ simulator, productionUrl, cluster: "outside", program });
const parts = await partsOf(simulator, "outside");
const host = await createDatabase(parts);
afterAll(() => stage.close());
afterEach(() => simulator.faults.clear());

let versions = 0;

/** Deploys a new version to a network with a change. */
async function deploy(change: Change | undefined, environment: Record<string, string> = {}) {
  const undo = await change?.(parts);
  const definition = JSON.parse(await readFile(await stage.taskDefinition("1"), "utf8"));
  definition.containerDefinitions[0].environment = Object.entries({
    VERSION: `${++versions}`,
    ...environment,
  }).map(([name, value]) => ({ name, value }));
  const changes = { waitUntil: "traffic-shifted", maxFailedTasks: 1 } as const;
  const done = await stage.deploy("new", changes, { definition });
  await undo?.();
  return done;
}

/** Nothing denies it to the search for causes, unless `times` does. */
const denyVerification = (times = 1) =>
  simulator.faults.add({ kind: "deny", operation: "ec2:DescribeSubnets", times });

it.each<[string, Change | undefined, Record<string, string>, RegExp, RegExp, RegExp]>([
  [
    "tasks without a way out",
    noRoute,
    {},
    /^tasks in subnet-\w+, subnet-\w+ cannot reach Amazon ECR, CloudWatch Logs: route table rtb-\w+ has no route/i,
    /^aws ec2 create-route --route-table-id rtb-/,
    /\(The task cannot log in to Amazon ECR: the task has no way to Amazon ECR: /,
  ],
  [
    "tasks that do not admit the load balancer",
    closedGroup,
    {},
    /^the security groups of the tasks \(sg-\w+\) do not admit the load balancer \w+ \(sg-\w+\) on port 8080, so its health checks time out/i,
    /^aws ec2 authorize-security-group-ingress --group-id sg-\w+ --protocol tcp --port 8080/,
    /\(Request timed out/,
  ],
  [
    "a database that does not admit the tasks",
    undefined,
    { DB_HOST: host },
    /^the security groups of the database shop \(sg-\w+\) do not admit the tasks \(sg-\w+\) on port 3306/i,
    /^aws ec2 authorize-security-group-ingress --group-id sg-\w+ --protocol tcp --port 3306/,
    /\(Container web exited with code 1: Error: connect ETIMEDOUT/,
  ],
])("refuses %s, and names it as the cause where it was not checked", async (...row) => {
  const [, change, environment, way, fix, cause] = row;
  const refused = await deploy(change, environment);
  const faults = refused.record.findings.filter(({ kind }) => kind === undefined);
  expect(faults).toEqual([{ text: expect.stringMatching(way), fix: expect.stringMatching(fix) }]);
  expect(refused.error?.nextStep).toMatch(/nothing was changed\.$/);
  expect(refused.record.revisionAfter).toBe("");
  denyVerification();
  const failed = await deploy(change, environment);
  expect(failed.error?.message).toMatch(way);
  expect(failed.error?.message).toMatch(cause);
  expect(failed.error?.nextStep).toMatch(fix);
});

it("gives general advice where the network may not be read", async () => {
  denyVerification(Number.POSITIVE_INFINITY);
  const { error } = await deploy(noRoute);
  expect(error?.message).toMatch(/^The task cannot log in to Amazon ECR: the task has no way to Amazon ECR/);
  expect(error?.nextStep).toMatch(/^check the subnets' route to Amazon ECR/);
});

it.each(["deny", "throttle", "server-error"] as const)("gives one note for %s, and deploys", async (kind) => {
  for (const operation of ["ec2:DescribeSubnets", "ec2:DescribeRouteTables", "rds:*"])
    simulator.faults.add({ kind, operation });
  const { error, record } = await deploy(undefined);
  expect(error).toBeUndefined();
  const notes = record.findings.filter(({ text }) => text.startsWith("Networks were not checked: the VPC: "));
  expect(notes).toMatchObject([{ kind: "note" }]);
});
