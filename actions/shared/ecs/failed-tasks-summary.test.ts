import { expect, test } from "vitest";
import type { FailedTask } from "./failed-task.ts";
import { failedTasksList } from "./failed-tasks-summary.ts";

const task = (number: number): FailedTask => ({
  taskId: `task-${number}`,
  stoppedAt: number,
  container: "web",
  exitCode: 1,
  stopCode: "EssentialContainerExited",
  stoppedReason: "Essential container in task exited",
  containerReason: "",
  logLines: [`line of ${number}`],
});

test("shows the last ends of a crash loop, the newest with its log, and counts the earlier ones", () => {
  const tasks = [1, 2, 3, 4, 5, 6, 7].map(task);
  const [newest, ...others] = failedTasksList(tasks);
  expect(newest).toMatch(/task-7: web, exit code 1[\s\S]*line of 7/);
  expect(others).toEqual([
    ...[6, 5, 4, 3].map((number) => expect.stringContaining(`- Task task-${number}: web, exit code 1`)),
    "- and 2 earlier",
  ]);
});

test("shows no count when all are shown", () => {
  expect(failedTasksList([1, 2, 3, 4, 5].map(task))).toHaveLength(5);
  expect(failedTasksList([])).toEqual([]);
});
