import { expect, it } from "vitest";
import { courseNames } from "../lab-parts.support.ts";
import { type Change, denied, openFinishedLab } from "./items.support.ts";

const { simulator, resultOf, change, set } = await openFinishedLab();
const { services: [customer] = [] } = await simulator.aws.ecs.describeServices({
  ...{ cluster: courseNames.cluster, services: [courseNames.service.customer] },
});
/** The revision that the customer's service runs. */
const revision = customer?.taskSets?.[0]?.taskDefinition;
/** The customer's service has just been scaled out: one of three tasks serves, and this many are starting. */
const scaledOut = (pendingCount: number) => [
  set("services", { runningCount: 1, pendingCount }, courseNames.service.customer),
  change("targetHealth", (found) => found.slice(0, 1)),
];
const stopped = (task: object) =>
  change("stoppedTasks", (_, __, name) => (name === courseNames.service.customer ? [task] : []));
const failed = { taskDefinitionArn: revision, stopCode: "TaskFailedToStart" };
const unhealthy = {
  stopCode: "ServiceSchedulerInitiated",
  stoppedReason: "Task failed ELB health checks in x",
};
const registering = (targets: readonly object[]) =>
  targets.map((each, index) => (index < 2 ? each : { ...each, TargetHealth: { State: "initial" } }));

it.each<[id: string, result: RegExp, ...Change[]]>([
  ["8.running", /runs 1 of 3 tasks; 1 of 3 targets/, ...scaledOut(1)],
  ["8.running", /1 of 3/, ...scaledOut(2), change("targetHealth", () => [])],
  ["8.running", /1 of 3/, ...scaledOut(2), stopped(failed)],
  ["8.running", /1 of 3/, ...scaledOut(2), stopped({ ...failed, stopCode: "EssentialContainerExited" })],
  ["8.running", /1 of 3/, ...scaledOut(2), stopped({ ...failed, ...unhealthy })],
  ["8.running", /1 of 3/, ...scaledOut(2), change("stoppedTasks", denied)],
  ["9.scaled", /runs 1 of 3 tasks/, ...scaledOut(1)],
])("fails %s: %s", async (id, result, ...changes) => {
  const found = await resultOf(id, ...changes);
  expect(found).toMatch(/^fail: /);
  expect(found).toMatch(result);
});

it.each<[id: string, result: RegExp, ...Change[]]>([
  ["8.running", /is starting tasks: 1 of 3 are healthy; check again/, ...scaledOut(2)],
  ["8.running", /1 of 3/, ...scaledOut(2), stopped({ ...failed, stopCode: "ServiceSchedulerInitiated" })],
  [
    "8.running",
    /1 of 3/,
    ...scaledOut(2),
    stopped({ ...failed, taskDefinitionArn: "of an earlier revision" }),
  ],
  ["8.running", /2 of 3/, change("targetHealth", registering)],
  ["9.scaled", /is starting tasks: 1 of 3 are healthy/, ...scaledOut(2)],
])("cannot check %s: %s", async (id, result, ...changes) => {
  const found = await resultOf(id, ...changes);
  expect(found).toMatch(/^unchecked: /);
  expect(found).toMatch(result);
});
