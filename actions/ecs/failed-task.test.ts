import { expect, test } from "vitest";
import { type FailedTask, failedTasksFold, logStopped } from "./failed-task.ts";

const task = (number: number, changes: Partial<FailedTask> = {}): FailedTask => ({
  taskId: `task-${number}`,
  stoppedAt: number,
  container: "web",
  exitCode: 1,
  stopCode: "EssentialContainerExited",
  stoppedReason: "Essential container in task exited",
  containerReason: "",
  logLines: ["Error: above", ...Array.from({ length: 20 }, () => "  at x"), `INFO line of ${number}`],
  ...changes,
});

test("counts tasks that ended alike, and shows the newest one's log", () => {
  const markdown = failedTasksFold([1, 2, 3, 4, 5].map((number) => task(number)));
  expect(markdown).toContain("<summary>5 tasks stopped alike</summary>");
  expect(markdown).toContain("- 5 tasks, the last one task-5: web, exit code 1 (EssentialContainerExited: ");
  expect(markdown).toContain("```\nError: above\n…\n  at x\n");
  expect(markdown).toContain("line of 5");
  expect(markdown).not.toContain("line of 4");
});

test("shows different ends, the newest first, and counts those beyond five", () => {
  const markdown = failedTasksFold([1, 2, 3, 4, 5, 6, 7].map((number) => task(number, { exitCode: number })));
  expect(markdown).toContain("<summary>7 tasks stopped</summary>");
  expect([...markdown.matchAll(/^- Task (task-\d)/gm)].map(([, id]) => id)).toEqual([
    "task-7",
    "task-6",
    "task-5",
    "task-4",
    "task-3",
  ]);
  expect(markdown).toContain("- and 2 tasks that ended otherwise");
});

test("shows nothing when no task stopped", () => {
  expect(failedTasksFold([])).toBe("");
});

test("logs tasks that stop alike ever more rarely, and each new kind at once", () => {
  const lines: string[] = [];
  const log = { info: (line: string) => void lines.push(line.trim()) };
  const tasks = Array.from({ length: 43 }, (_, number) =>
    task(number, {
      stoppedReason: `RequestID 24460c33-1d7d-4ee9-99cf-c259d53e7b${10 + number}, 10.0.0.${number}`,
      exitCode: number === 40 ? 2 : 1,
    }),
  );
  for (const index of tasks.keys()) logStopped(log, tasks.slice(0, index + 1));
  expect(lines).toHaveLength(7);
  expect(lines[5]).toMatch(
    /^32 tasks stopped alike, the last one task-31: RequestID .* \(web: exit code 1\)$/,
  );
  expect(lines[6]).toMatch(/^task task-40 stopped: RequestID .* \(web: exit code 2\)$/);
  expect(failedTasksFold(tasks)).toContain("- 42 tasks, the last one task-42: ");
});
