import { expect, it, vi } from "vitest";
import type { RunEvent } from "../runner/result.ts";
import { createRunRecords } from "./run-records.ts";

const run = 3;
const job = "customer / deploy";
const step = "Deploy";
const started: RunEvent[] = [
  { type: "run-started", run, workflow: "Deploy", event: "push", sha: "0123456789" },
  { type: "job-started", run, job },
  { type: "step-started", run, job, step },
];
const ended: RunEvent[] = [
  { type: "annotation", run, job, annotation: { level: "error", message: "it failed" } },
  { type: "left-out", run, job, step, what: "npm publish", why: "It would change a registry." },
  { type: "step-finished", run, job, step, conclusion: "failure", durationMs: 9 },
  { type: "job-finished", run, job, conclusion: "failure", durationMs: 10, summary: ["# Bad"] },
  { type: "run-finished", run, workflow: "Deploy", conclusion: "failure", durationMs: 11 },
];
const line = (text: string): RunEvent => ({ type: "log", run, job, step, line: text });

function start() {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  const records = createRunRecords(() => 1000);
  const parts = new Map<string, unknown>();
  let changes = 0;
  const stop = records.start((key, value) => {
    changes++;
    parts.set(key, value);
  });
  const notice = (events: readonly RunEvent[]) => {
    for (const event of events) records.notice(event);
    vi.advanceTimersByTime(250);
  };
  return { records, parts, notice, stop, changes: () => changes };
}

it("shows a run as it proceeds, many events as one change", () => {
  const { parts, notice, changes } = start();
  notice([...started, line("one"), line("two")]);
  expect(changes()).toBe(1);
  expect(parts.get("run-3")).toEqual({
    ...{ id: 3, workflow: "Deploy", event: "push", sha: "0123456789", startedAt: 1000 },
    jobs: [
      {
        name: job,
        startedAt: 1000,
        steps: [{ name: step, startedAt: 1000 }],
        annotations: [],
        leftOut: [],
        lines: 2,
      },
    ],
  });
  notice(ended);
  expect(parts.get("run-3")).toMatchObject({
    conclusion: "failure",
    jobs: [
      {
        conclusion: "failure",
        annotations: [{ message: "it failed" }],
        leftOut: [{ step, what: "npm publish" }],
        steps: [{ durationMs: 9 }],
      },
    ],
  });
  expect(parts.get("summary-3-0")).toBe("<h1>Bad</h1>\n");
});

it("returns the log from a line on, and the newest lines of a long one", () => {
  const { records, notice } = start();
  notice([...started, line("one"), line("two")]);
  expect(records.logOf(3, 0, 1)).toEqual({ from: 1, lines: [[0, "two"]] });
  expect(records.logOf(3, 1)).toBeUndefined();
  notice(Array.from({ length: 5000 }, (_, index) => line(`line ${index}`)));
  const { from, lines } = records.logOf(3, 0) ?? { from: 0, lines: [] };
  expect(from + lines.length).toBe(5002);
  expect(from).toBeGreaterThan(0);
});

it("shows runs that ended before the page started", () => {
  const records = createRunRecords(() => 1000);
  for (const event of [...started, ...ended]) records.notice(event);
  const keys: string[] = [];
  records.start((key) => keys.push(key));
  expect(keys).toEqual(["run-3", "summary-3-0"]);
});
