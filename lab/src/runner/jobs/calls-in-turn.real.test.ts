import { afterEach, describe, expect, it } from "vitest";
import type { RunEvent, RunResult } from "../result.ts";
import type { Run } from "../runner.ts";
import { createTestRepository, type TestRepository, workflowOf } from "../test-repository.support.ts";

let repository: TestRepository | undefined;
afterEach(() => repository?.remove());

/** Measures at each number in turn with two parallel jobs, and always restores at the end. */
const caller = `
  read:
    runs-on: ubuntu-latest
    outputs: { before: "\${{ steps.read.outputs.before }}" }
    steps: [{ id: read, run: 'echo before=7 >> "$GITHUB_OUTPUT"' }]
  measure:
    needs: read
    strategy:
      max-parallel: 1
      matrix: { count: "\${{ fromJSON('[3, 1, 2]') }}" }
    uses: ./.github/workflows/measure.yml
    with: { count: "\${{ matrix.count }}", generators: '["a", "b"]', note: "\${{ needs.read.outputs.none }}" }
  restore:
    needs: [read, measure]
    if: always() && needs.read.outputs.before != ''
    runs-on: ubuntu-latest
    steps: [{ run: 'echo "restored \${{ needs.read.outputs.before }} after \${{ needs.measure.result }}"' }]
  report:
    needs: [restore]
    if: always() && !cancelled()
    runs-on: ubuntu-latest
    steps: [{ run: echo reported }]
`;
const called = (load: string) => ({
  ".github/workflows/measure.yml": `
on:
  workflow_call:
    inputs:
      count: { type: number, required: true }
      generators: { type: string, required: true }
      note: { type: string, required: true }
      pause: { type: number, default: 0.01 }
jobs:
  scale:
    name: scale to \${{ inputs.count }}
    runs-on: ubuntu-latest
    steps: [{ run: "sleep \${{ inputs.pause }}; echo 'scale \${{ inputs.count }}\${{ inputs.note }}'" }]
  load:
    needs: scale
    strategy: { matrix: { generator: "\${{ fromJSON(inputs.generators) }}" } }
    runs-on: ubuntu-latest
    steps: [{ env: { COUNT: "\${{ inputs.count }}" }, run: ${JSON.stringify(load)} }]
  record:
    needs: load
    if: always()
    runs-on: ubuntu-latest
    steps: [{ run: "echo 'record \${{ inputs.count }}'" }]
`,
});

async function start(load: string, onEvent?: (event: RunEvent) => void, head?: string): Promise<Run> {
  repository = await createTestRepository(
    { ...workflowOf(caller, head), ...called(load) },
    onEvent && { onEvent },
  );
  return repository.start();
}

const lines = () => repository?.lines();
const names = ({ jobs }: RunResult) => jobs.map(({ name }) => name);

describe("calls in turn", () => {
  it("runs the combinations in order, one call at a time, with the jobs inside in parallel", async () => {
    const result = await (await start("echo load $COUNT")).result;
    expect(result.conclusion).toBe("success");
    const measured = [3, 1, 2].flatMap((count) => [
      `scale ${count}`,
      `load ${count}`,
      `load ${count}`,
      `record ${count}`,
    ]);
    expect(lines()).toEqual([...measured, "restored 7 after success", "reported"]);
    expect(names(result)).toContain("measure (3) / scale to 3");
    expect(names(result)).toContain("measure (3) / load (a)");
  });

  it("starts no further combination after a failure, and runs jobs with always()", async () => {
    const result = await (await start("test $COUNT != 1")).result;
    expect(result.conclusion).toBe("failure");
    expect(lines()).toEqual([
      "scale 3",
      "record 3",
      "scale 1",
      "record 1",
      "restored 7 after failure",
      "reported",
    ]);
  });

  it("runs only jobs with always() after a cancellation", async () => {
    let cancelled = false;
    const run = await start("echo loading $COUNT; exec sleep 60", (event) => {
      if (event.type !== "log" || event.line !== "loading 3" || cancelled) return;
      cancelled = true;
      run.cancel();
    });
    const result = await run.result;
    expect(result.conclusion).toBe("cancelled");
    const logged = lines()?.filter((line) => !line.startsWith("loading"));
    expect(logged).toEqual(["scale 3", "record 3", "restored 7 after cancelled"]);
  });

  it("allows one run of the workflow's group at a time, and the next waits for all its jobs", async () => {
    const head = "on: workflow_dispatch\nconcurrency: { group: scale-test, cancel-in-progress: false }";
    const first = await start("echo load $COUNT", undefined, head);
    const second = await (repository as TestRepository).start();
    const results = await Promise.all([first.result, second.result]);
    expect(results.map(({ conclusion }) => conclusion)).toEqual(["success", "success"]);
    const half = (lines()?.length ?? 0) / 2;
    expect(lines()?.slice(half)).toEqual(lines()?.slice(0, half));
    expect(lines()?.at(half - 1)).toBe("reported");
  });
});
