import { PassThrough } from "node:stream";
import { WriteStream } from "node:tty";
import { stripVTControlCharacters } from "node:util";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { RunEvent } from "../runner/result.ts";
import { createProgress } from "./progress.ts";
import { createStepRecorder } from "./record-steps.ts";

beforeEach(() => {
  for (const name of ["FORCE_COLOR", "NO_COLOR", "NODE_DISABLE_COLORS"]) vi.stubEnv(name, undefined);
  vi.stubEnv("TERM", "xterm");
});
afterEach(() => void vi.unstubAllEnvs());

function start(terminal: { isTTY?: boolean; columns?: number; getColorDepth?: () => number } = {}) {
  const stream = Object.assign(new PassThrough({ encoding: "utf8" }), terminal);
  const interruption = new AbortController();
  const progress = createProgress(stream, interruption.signal);
  return {
    progress,
    interruption,
    written: () => (stream.read() ?? "") as string,
    /** Removes parts that change from run to run. */
    text: () => stripVTControlCharacters((stream.read() ?? "") as string).replaceAll(/\d+\.\d s/g, "T"),
  };
}

it("a stranger's names and messages do not move the cursor", () => {
  const { progress, written } = start();
  const evil = "\u001b[2J\u001b]0;title\u0007\rb";
  const header = { run: 1, job: `job${evil}` };
  progress.say(`subject${evil}`);
  progress.sayVerbatim(evil);
  progress.runEvent({ type: "run-started", run: 1, workflow: evil, event: "push", sha: "1234567890" });
  progress.runEvent({ type: "job-started", ...header });
  progress.runEvent({ type: "annotation", ...header, annotation: { level: "error", message: evil } });
  progress.end();
  expect(written()).toBe("subjectb\nb\n  b #1 (push 1234567) › jobb\n      error: b\n");
});

describe("a step of the story", () => {
  it("is a line with its time, and with the reason when it fails", async () => {
    const { progress, text } = start();
    const steps = createStepRecorder(progress);
    await steps.perform("one", async () => {});
    await steps.check("two", async () => {
      throw new Error("no\nhow");
    });
    expect(text()).toBe("✓ one T\n✗ two T\n  no\n  how\n");
    expect(steps.steps.map(({ name, ok, problem }) => ({ name, ok, problem }))).toEqual([
      { name: "one", ok: true, problem: undefined },
      { name: "two", ok: false, problem: "no\nhow" },
    ]);
  });

  it("is shown on a terminal below all lines while it is in progress", () => {
    const { progress, text, written } = start({ isTTY: true, columns: 20 });
    progress.stepStarted("deploy all of the services");
    progress.stepStarted("migrate");
    progress.say("a line");
    expect(text()).toBe("a line\n… deploy all of the\n… migrate");
    progress.say("another");
    // To the first column, up a line, and clear to the end.
    expect(written().startsWith("\u001b[1G\u001b[1A\u001b[0Janother\n")).toBe(true);
    progress.stepFinished("migrate", 100);
    expect(text()).toMatch(/✓ migrate T\n… deploy all of the$/);
  });

  it("prints nothing once the rehearsal is interrupted", () => {
    const { progress, written, interruption } = start({ isTTY: true });
    progress.stepStarted("one");
    interruption.abort();
    expect(written()).toMatch(/ending …\n$/);
    progress.stepFinished("one", 1);
    progress.stepStarted("two");
    expect(written()).toBe("");
  });
});

it("long lines continue below their text, as wide as the terminal, and lines to copy are not broken", () => {
  const { progress, text } = start({ isTTY: true, columns: 24 });
  progress.stepFinished("the stacks are there", 1000, "a stack is missing, another one failed");
  expect(text()).toBe("✗ the stacks are there\n  T\n  a stack is missing,\n  another one failed\n");
  const line = "export AWS_SESSION_TOKEN=longer/than+the/terminal==";
  progress.sayVerbatim(line);
  expect(text()).toBe(`${line}\n`);
});

it.each<[string, boolean, Record<string, string>, boolean]>([
  ["has colours", true, {}, true],
  ["has none", false, {}, false],
  ["has none if NO_COLOR is set", true, { NO_COLOR: "1" }, false],
  ["has none if NODE_DISABLE_COLORS is set", true, { NODE_DISABLE_COLORS: "1" }, false],
  ["has colours where FORCE_COLOR requests them", false, { FORCE_COLOR: "1" }, true],
])("%s, on a terminal: %s", (_, isTTY, environment, isColoured) => {
  const given = { CI: undefined, TERM: "xterm-256color", ...environment };
  for (const [name, value] of Object.entries(given)) vi.stubEnv(name, value);
  const { getColorDepth } = WriteStream.prototype;
  const { progress, written } = start(isTTY ? { isTTY, getColorDepth } : {});
  progress.stepFinished("one", 1);
  expect(written().includes("\u001b[32m")).toBe(isColoured);
});

describe("jobs of workflow runs", () => {
  const run = 1;
  const step = (job: string, name: string): RunEvent => ({
    ...{ type: "step-finished", run, job, step: name, conclusion: "success", durationMs: 1000 },
  });
  const started: RunEvent[] = [
    { type: "run-started", run, workflow: "Deploy", event: "push", sha: "0123456789" },
    { type: "job-started", run, job: "customer" },
    { type: "job-started", run, job: "employee" },
  ];
  const ended = (job: string): RunEvent => ({
    ...{ type: "job-finished", run, job, conclusion: "success", durationMs: 2000, summary: [] },
  });

  it("do not mix their lines when they run in parallel", () => {
    const { progress, text } = start();
    for (const event of started) progress.runEvent(event);
    progress.runEvent(step("customer", "Log in"));
    progress.runEvent(step("employee", "Log in"));
    progress.runEvent({
      ...{ type: "annotation", run, job: "employee" },
      annotation: { level: "error", message: "it failed" },
    });
    progress.runEvent(ended("employee"));
    progress.say("a line of the story");
    expect(text()).toBe(
      [
        "  Deploy #1 (push 0123456) › employee",
        "    ✓ Log in T",
        "      error: it failed",
        "a line of the story",
        "",
      ].join("\n"),
    );
    progress.runEvent(step("customer", "Deploy"));
    progress.runEvent(ended("customer"));
    const end = { type: "run-finished", run, workflow: "Deploy" } as const;
    progress.runEvent({ ...end, conclusion: "success", durationMs: 1 });
    expect(text()).toBe(
      [
        "  Deploy #1 (push 0123456) › customer",
        "    ✓ Log in T",
        "    ✓ Deploy T",
        "  ✓ Deploy #1 (push 0123456): success T",
        "",
      ].join("\n"),
    );
  });

  it.each([true, false])("show traffic and log below the running step on a terminal: %s", (isTTY) => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval"] });
    const { progress, text } = start({ isTTY, columns: 100 });
    const log = (line: string) =>
      progress.runEvent({ type: "log", run, job: "customer", step: "Deploy", line });
    for (const event of started) progress.runEvent(event);
    progress.runEvent({ type: "step-started", run, job: "customer", step: "Deploy" });
    log("  5 s  traffic: old 75 %, new 25 %");
    log("\u001b[1m  9 s\u0007 BeforeAllowTraffic \u001b[2J");
    vi.advanceTimersByTime(250);
    const shown = [
      "    … Deploy #1 (push 0123456) › customer › Deploy",
      `      old  75 % ${"░".repeat(30)}${"█".repeat(10)}  25 % new`,
      "      9 s  BeforeAllowTraffic",
    ];
    expect(text()).toBe(isTTY ? shown.join("\n") : "");
    progress.runEvent(step("customer", "Deploy"));
    expect(text()).not.toContain("traffic");
    vi.useRealTimers();
  });

  it("are reported to their last line when the story ends before them", () => {
    const { progress, text } = start();
    for (const event of started) progress.runEvent(event);
    progress.runEvent(step("employee", "Log in"));
    progress.end();
    expect(text()).toBe(
      "  Deploy #1 (push 0123456) › customer\n  Deploy #1 (push 0123456) › employee\n    ✓ Log in T\n",
    );
  });
});
