import { expect, it } from "vitest";
import { planRolling } from "./service-scheduler.ts";

const tasks = (healthy: number, active = healthy) => ({ active, healthy });

it.each([
  ["starts all new tasks next to the old ones", [2, 100, 200], tasks(0), [tasks(2)], 2, [2]],
  ["stops an old task for each new one that is healthy", [2, 100, 200], tasks(1, 2), [tasks(2)], 2, [1]],
  ["stops the last old task when all new ones are healthy", [2, 100, 200], tasks(2), [tasks(1)], 2, [0]],
  ["starts only as many as the maximum allows", [2, 100, 150], tasks(0), [tasks(2)], 1, [2]],
  ["continues where an old task made room", [2, 100, 150], tasks(1), [tasks(2)], 2, [1]],
  ["stops old tasks first when the maximum leaves no room", [2, 50, 100], tasks(0), [tasks(2)], 1, [1]],
  ["stops everything first when nothing must stay healthy", [1, 0, 100], tasks(0), [tasks(1)], 1, [0]],
  ["rounds the maximum down and the minimum up", [3, 50, 150], tasks(0), [tasks(3)], 2, [2]],
  ["does not wait for old tasks that are not healthy", [2, 100, 100], tasks(0), [tasks(0, 2)], 2, [0]],
  [
    "stops incomplete revisions before complete ones",
    [2, 100, 200],
    tasks(1),
    [tasks(2), tasks(2)],
    2,
    [1, 0],
  ],
  ["follows the desired count down", [1, 100, 200], tasks(0, 3), [tasks(3)], 1, [1]],
  ["stops all tasks of a service without desired tasks", [0, 100, 200], tasks(0), [tasks(2)], 0, [0]],
] as const)("%s", (_, [desired, minimumHealthyPercent, maximumPercent], primary, others, expected, kept) => {
  expect(planRolling({ desired, minimumHealthyPercent, maximumPercent, primary, others })).toEqual({
    primary: expected,
    others: kept,
  });
});
