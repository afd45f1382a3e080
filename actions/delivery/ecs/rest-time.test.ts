import type { ServiceDeployment } from "@aws-sdk/client-ecs";
import { expect, test } from "vitest";
import { createRestTimes } from "./running-deployment.ts";

const counts = (requested: number, running: number, old: number): ServiceDeployment => ({
  targetServiceRevision: { arn: "new", requestedTaskCount: requested, runningTaskCount: running },
  sourceServiceRevisions: [{ arn: "old", runningTaskCount: old }],
});

/** Returns the rest time after each poll; polls are ten seconds apart. */
const restTimes = (...seen: ServiceDeployment[]) => {
  const rest = createRestTimes();
  return seen.map((deployment, index) => rest(deployment, 10_000 * index));
};

test.each<[string, ServiceDeployment[], (number | undefined)[]]>([
  ["shows none while no task starts or stops", [counts(4, 0, 4), counts(4, 0, 4)], [undefined, undefined]],
  [
    "shows it while new tasks start",
    [counts(4, 0, 4), counts(4, 1, 4), counts(4, 3, 4)],
    [undefined, 30_000, 6_667],
  ],
  [
    "shows it while old tasks stop once the new ones run",
    [counts(4, 4, 4), counts(4, 4, 2), counts(4, 4, 1)],
    [undefined, 10_000, undefined],
  ],
])("%s", (_, seen, expected) => {
  expect(restTimes(...seen).map((rest) => rest && Math.round(rest))).toEqual(expected);
});
