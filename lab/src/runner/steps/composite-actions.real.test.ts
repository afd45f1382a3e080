import { readFileSync } from "node:fs";
import { afterEach, describe, expect, it } from "vitest";
import { parse } from "yaml";
import type { RunResult } from "../result.ts";
import { createTestRepository, type TestRepository, workflowOf } from "../test-repository.support.ts";

let repository: TestRepository | undefined;
afterEach(() => repository?.remove());

const job = (body: string) => workflowOf(`\n  job:\n    runs-on: ubuntu-latest\n${body}`);

/** A composite action in the folder `a`, or another one. */
const action = (steps: string, head = "", folder = "a") => ({
  [`${folder}/action.yml`]: `
name: ${folder}
description: ${folder}
${head}
runs:
  using: composite
  steps:
${steps}`,
});

/** A Node.js action that logs its stages and its saved state. */
const logged = (folder: string) => ({
  [`${folder}/action.yml`]: `
name: ${folder}
description: ${folder}
inputs: { who: { description: whom, default: nobody } }
outputs: { said: { description: what } }
runs: { using: node24, main: main.mjs, post: post.mjs }
`,
  [`${folder}/main.mjs`]: `
import { appendFileSync } from "node:fs";
console.log("main " + process.env.INPUT_WHO);
appendFileSync(process.env.GITHUB_OUTPUT, "said=" + process.env.INPUT_WHO + "\\n");
appendFileSync(process.env.GITHUB_STATE, "who=" + process.env.INPUT_WHO + "\\n");
`,
  [`${folder}/post.mjs`]: "console.log('post ' + process.env.STATE_who);",
});

async function run(...files: Record<string, string>[]): Promise<RunResult> {
  repository = await createTestRepository(Object.assign({}, ...files));
  return repository.run();
}

/** The log lines without the headings of steps inside actions. */
const output = () => repository?.lines().filter((line) => !line.startsWith("▸"));

interface Case {
  readonly name: string;
  readonly job: string;
  readonly steps: string;
  readonly head?: string;
  readonly files?: Record<string, string>;
  readonly lines: readonly string[];
}
const text = readFileSync(new URL("composite-actions.yaml", import.meta.url), "utf8");
const { node } = process.versions;
const cases: Case[] = parse(
  text.replaceAll("VERSION", `v${node}`).replace("MAJOR", node.split(".")[0] ?? ""),
);

describe("a step inside a composite action", () => {
  it.each(cases)("$name", async ({ job: body, steps, head, files = {}, lines }) => {
    const indented = (lines: string) => lines.replace(/^(?=.)/gm, "    ");
    const result = await run(action(indented(steps), head), files, job(indented(body)));
    expect(output()).toEqual(lines);
    expect(result.conclusion).toBe("success");
  });

  it("is one step of the job, with a heading in its log for each step inside", async () => {
    const steps = `
    - { run: echo one, shell: bash }
    - { name: "Second of \${{ inputs.of }}", run: echo two, shell: bash }
    - { run: echo never, shell: bash, if: "false" }`;
    const result = await run(
      action(steps, "inputs: { of: { description: x } }"),
      job("    steps: [{ name: All, uses: $/a, with: { of: many } }]"),
    );
    const shown = repository?.events
      .filter((event) => "step" in event)
      .map((event) => [event.type, event.step]);
    expect(shown?.filter(([type]) => type !== "log")).toEqual([
      ["step-started", "All"],
      ["step-finished", "All"],
    ]);
    expect(shown?.every(([, step]) => step === "All")).toBe(true);
    expect(repository?.lines()).toEqual(["▸ Run echo one", "one", "▸ Second of many", "two"]);
    expect(result.jobs[0]?.steps.map((step) => step.name)).toEqual(["All"]);
  });
});

describe("a failing step inside", () => {
  const failing = action(
    `
    - { id: first, run: 'echo kept=1 >> "$GITHUB_OUTPUT"', shell: bash }
    - { id: broken, run: exit 4, shell: bash }
    - { run: echo never, shell: bash }
    - { run: echo failed, shell: bash, if: failure() }
    - { run: 'echo "always \${{ steps.broken.outcome }}"', shell: bash, if: always() }`,
    `outputs: { kept: { description: k, value: "\${{ steps.first.outputs.kept }}" } }`,
  );

  it("fails the step around it with one annotation; steps with always() still run, and outputs are set", async () => {
    const result = await run(
      failing,
      job(`    steps:
      - { id: a, uses: $/a }
      - { run: 'echo "\${{ steps.a.conclusion }} \${{ steps.a.outputs.kept }}"', if: always() }`),
    );
    expect(output()).toEqual(["failed", "always failure", "failure 1"]);
    expect(result.conclusion).toBe("failure");
    expect(result.jobs[0]?.annotations).toEqual([
      { level: "error", message: "Process completed with exit code 4." },
    ]);
  });

  it("is forgiven by continue-on-error, inside or around", async () => {
    const result = await run(
      failing,
      action(
        `
    - { id: b, run: exit 1, shell: bash, continue-on-error: true }
    - { run: 'echo "\${{ steps.b.outcome }} \${{ steps.b.conclusion }}"', shell: bash }`,
        "",
        "b",
      ),
      job(`    steps:
      - { uses: $/b }
      - { id: a, uses: $/a, continue-on-error: true }
      - { run: 'echo "\${{ steps.a.outcome }} \${{ steps.a.conclusion }}"' }`),
    );
    expect(output()).toEqual(["failure success", "failed", "always failure", "failure success"]);
    expect(result.conclusion).toBe("success");
  });

  it("does not count as a step of the job: an action that runs in a failed job runs its steps", async () => {
    const result = await run(
      action(`    - { run: 'echo "cleaned, \${{ job.status }}"', shell: bash }`),
      job("    steps: [{ run: exit 1 }, { uses: $/a, if: always() }]"),
    );
    expect(output()).toEqual(["cleaned, failure"]);
    expect(result.conclusion).toBe("failure");
  });

  it("refuses an unknown shell with its place", async () => {
    const result = await run(action("    - { run: x, shell: pwsh }"), job("    steps: [{ uses: $/a }]"));
    expect(result.jobs[0]?.annotations[0]?.message).toBe(
      "a/action.yml:8: this runner does not know the shell 'pwsh'; it knows 'bash', 'sh'",
    );
  });
});

describe("actions inside an action", () => {
  const inner = action(
    `
    - { id: say, uses: $/logged, with: { who: "\${{ inputs.who }}" } }`,
    `inputs: { who: { description: w } }
outputs: { said: { description: s, value: "\${{ steps.say.outputs.said }}" } }`,
    "inner",
  );
  const outer = action(
    `
    - { id: one, uses: $/inner, with: { who: one } }
    - { id: two, uses: $/inner, with: { who: two } }`,
    `outputs: { both: { description: b, value: "\${{ steps.one.outputs.said }}+\${{ steps.two.outputs.said }}" } }`,
    "outer",
  );

  it("run their post after the steps of the job, the last first, each with its saved state", async () => {
    const result = await run(
      logged("logged"),
      inner,
      outer,
      job(`    steps:
      - { uses: $/logged, with: { who: before } }
      - { id: outer, name: Outer, uses: $/outer }
      - { run: 'echo "\${{ steps.outer.outputs.both }}"' }`),
    );
    expect(output()).toEqual([
      ...["main before", "main one", "main two"],
      "one+two",
      ...["post two", "post one", "post before"],
    ]);
    expect(result.jobs[0]?.steps.map((step) => step.name)).toEqual([
      ...["Run $/logged", "Outer", 'Run echo "one+two"'],
      ...["Post Outer", "Post Run $/logged"],
    ]);
  });

  it("run their post only after they ran, also when they are in the workspace", async () => {
    const local = action(`
    - { uses: ./logged, with: { who: one } }
    - { run: exit 1, shell: bash }
    - { uses: ./logged, with: { who: never } }`);
    const result = await run(
      logged("logged"),
      local,
      job(`    steps:
      - { uses: actions/checkout@v7, with: { persist-credentials: false } }
      - { uses: ./a }`),
    );
    expect(output()?.slice(-2)).toEqual(["main one", "post one"]);
    expect(result.conclusion).toBe("failure");
  });
});

describe("an interrupted composite action", () => {
  const slow = action(`
    - shell: bash
      run: |
        trap 'echo interrupted; exit 1' INT
        echo started
        while true; do sleep 0.05; done
    - { run: echo never, shell: bash }
    - { run: echo cleaned, shell: bash, if: cancelled() }`);

  it("when cancelled, interrupts the step inside, runs steps with always(), and is cancelled", async () => {
    repository = await createTestRepository(
      { ...slow, ...job("    steps: [{ id: a, uses: $/a }, { run: echo last, if: cancelled() }]") },
      { onEvent: (event) => event.type === "log" && event.line === "started" && started.cancel() },
    );
    const started = await repository.start();
    const result = await started.result;
    expect(output()).toEqual(["started", "interrupted", "cleaned", "last"]);
    expect(result.jobs[0]?.steps.map((step) => step.conclusion)).toEqual(["cancelled", "success"]);
    expect(result.conclusion).toBe("cancelled");
  });

  it("on a timeout, interrupts the step inside, and the step around it reports why", async () => {
    const result = await run(slow, job("    steps: [{ name: slow, uses: $/a, timeout-minutes: 0.01 }]"));
    expect(output()).toEqual(["started", "interrupted"]);
    expect(result.jobs[0]?.annotations).toEqual([
      { level: "error", message: "The action 'slow' has timed out after 0.01 minutes." },
    ]);
    expect(result.conclusion).toBe("failure");
  });
});
