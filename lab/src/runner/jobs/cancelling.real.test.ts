import { afterEach, describe, expect, it } from "vitest";
import type { RunResult } from "../result.ts";
import { createTestRepository, type TestRepository, workflowOf } from "../test-repository.support.ts";

let repository: TestRepository | undefined;
afterEach(() => repository?.remove());

async function runJobs(
  jobs: string,
  options: Parameters<typeof createTestRepository>[1] = {},
): Promise<RunResult> {
  repository = await createTestRepository(workflowOf(jobs), options);
  return repository.run();
}

const step = (result: RunResult, id: string) =>
  result.jobs.flatMap((job) => job.steps).find((each) => each.id === id && !each.post);

describe("cancelling", () => {
  it("interrupts the step, runs those with always(), and skips the rest", async () => {
    repository = await createTestRepository(
      workflowOf(`
  job:
    runs-on: ubuntu-latest
    steps:
      - id: long
        run: |
          trap 'echo interrupted; exit 1' INT
          echo started
          while true; do sleep 0.05; done
      - { id: rest, run: echo never }
      - { id: clean, if: cancelled(), run: echo cleaned }
  next:
    needs: job
    runs-on: ubuntu-latest
    steps: [{ run: echo never }]
`),
      { onEvent: (event) => event.type === "log" && event.line === "started" && run.cancel() },
    );
    const run = await repository.start();
    const result = await run.result;
    expect(repository.lines()).toEqual(["started", "interrupted", "cleaned"]);
    expect(result.conclusion).toBe("cancelled");
    expect(step(result, "long")?.conclusion).toBe("cancelled");
    expect(step(result, "rest")?.conclusion).toBe("skipped");
  });
});

describe("killing", () => {
  it("ends all processes at once and starts no others", async () => {
    repository = await createTestRepository(
      workflowOf(`
  job:
    runs-on: ubuntu-latest
    steps:
      - run: |
          trap '' INT TERM
          echo started
          while true; do sleep 0.05; done
      - { if: always(), run: echo never }
`),
      { onEvent: (event) => event.type === "log" && event.line === "started" && run.kill() },
    );
    const run = await repository.start();
    expect((await run.result).conclusion).toBe("cancelled");
    expect(repository.lines()).toEqual(["started"]);
  });
});

describe("concurrency", () => {
  it("runs one job of a group at a time", async () => {
    const jobs = ["a", "b"].map(
      (name) => `
  ${name}:
    runs-on: ubuntu-latest
    concurrency: { group: one }
    steps: [{ run: "echo start; sleep 0.2; echo end" }]`,
    );
    await runJobs(`${jobs.join("")}\n`);
    expect(repository?.lines()).toEqual(["start", "end", "start", "end"]);
  });
});
