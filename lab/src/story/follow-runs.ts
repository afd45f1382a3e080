import { createWriteStream, type WriteStream } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { RunEvent, RunResult } from "../runner/result.ts";
import type { Run } from "../runner/runner.ts";
import type { Progress } from "./progress.ts";
import { logName } from "./report.ts";

/** Writes the summaries that GitHub would show on the run's page, and the files that each job executed. */
async function writeRecords(directory: string, { id, jobs }: RunResult): Promise<void> {
  for (const { name, summary, executed } of jobs) {
    if (summary !== "") await writeFile(join(directory, `${logName(id, name)}.summary.md`), summary);
    await writeFile(join(directory, `${logName(id, name)}.executed.txt`), `${executed.join("\n")}\n`);
  }
}

/** Writes every line of every job to a file of its run and job; progress shows the rest. */
export function writeLogs(
  logDirectory: string,
  progress: Progress,
  ends: AsyncDisposableStack,
): (event: RunEvent) => void {
  const files = new Map<string, WriteStream>();
  ends.defer(async () => {
    await Promise.all([...files.values()].map((file) => new Promise<void>((resolve) => file.end(resolve))));
  });
  return (event) => {
    progress.runEvent(event);
    if (event.type !== "log" && event.type !== "step-started" && event.type !== "annotation") return;
    const name = `${logName(event.run, event.job)}.log`;
    const file = files.get(name) ?? createWriteStream(join(logDirectory, name));
    files.set(name, file);
    if (event.type === "log") file.write(`${event.line}\n`);
    if (event.type === "step-started") file.write(`\n== ${event.step}\n`);
    if (event.type === "annotation") file.write(`${event.annotation.level}: ${event.annotation.message}\n`);
  };
}

/** Finds notices that another job of the run has shown: each login states where requests to AWS go. */
export function createRepeatFilter(): (event: RunEvent) => boolean {
  const shown = new Set<string>();
  return (event) => {
    if (event.type !== "annotation" || event.annotation.level !== "notice") return false;
    const key = `${event.run} ${event.annotation.message}`;
    const isRepeated = shown.has(key);
    shown.add(key);
    return isRepeated;
  };
}

/** Presses "Cancel workflow" of a run when its log comes to a line. */
export function createCancellations() {
  const waiting = new Map<number, { run: Run; line: RegExp }>();
  return {
    add: (run: Run, line: RegExp) => void waiting.set(run.id, { run, line }),
    notice(event: RunEvent) {
      if (event.type !== "log" || !waiting.get(event.run)?.line.test(event.line)) return;
      waiting.get(event.run)?.run.cancel();
      waiting.delete(event.run);
    },
  };
}

/** Follows runs to their end, and writes the summaries of their jobs. `ends` kills those that still run. */
export function createFollower(
  runs: RunResult[],
  logDirectory: string,
  ends: AsyncDisposableStack,
): (run: Run) => Promise<RunResult> {
  const active = new Map<Run, Promise<unknown>>();
  ends.defer(async () => {
    for (const run of active.keys()) run.kill();
    await Promise.allSettled(active.values());
  });
  return async (run) => {
    active.set(run, run.result);
    try {
      const result = await run.result;
      runs.push(result);
      await writeRecords(logDirectory, result);
      return result;
    } finally {
      active.delete(run);
    }
  };
}
