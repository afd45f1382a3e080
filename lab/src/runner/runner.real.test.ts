import { afterEach, describe, expect, it } from "vitest";
import type { RunResult } from "./result.ts";
import { createTestRepository, type TestRepository, workflowOf } from "./test-repository.support.ts";

let repository: TestRepository | undefined;
afterEach(() => repository?.remove());

async function runJobs(
  jobs: string,
  options: Parameters<typeof createTestRepository>[1] = {},
): Promise<RunResult> {
  repository = await createTestRepository(workflowOf(jobs), options);
  return repository.run();
}

const conclusions = (result: RunResult) =>
  Object.fromEntries(result.jobs.map((job) => [job.name, job.conclusion]));
const step = (result: RunResult, id: string) =>
  result.jobs.flatMap((job) => job.steps).find((each) => each.id === id && !each.post);

describe("jobs", () => {
  it("passes outputs on through needs and runs a matrix made of them", async () => {
    const result = await runJobs(`
  plan:
    runs-on: ubuntu-latest
    outputs:
      services: \${{ steps.list.outputs.services }}
    steps:
      - id: list
        run: echo 'services=["customer","employee"]' >> "$GITHUB_OUTPUT"
  deploy:
    needs: plan
    runs-on: ubuntu-latest
    strategy:
      matrix:
        service: \${{ fromJSON(needs.plan.outputs.services) }}
        include:
          - service: employee
            path: /admin
    steps:
      - run: echo "$SERVICE at $WHERE"
        env:
          SERVICE: \${{ matrix.service }}
          WHERE: \${{ matrix.path || '/' }}
  after:
    needs: [plan, deploy]
    if: needs.deploy.result == 'success'
    runs-on: ubuntu-latest
    steps:
      - run: echo done
`);
    expect(result.conclusion).toBe("success");
    expect(conclusions(result)).toEqual({
      plan: "success",
      "deploy (customer)": "success",
      "deploy (employee, /admin)": "success",
      after: "success",
    });
    expect(repository?.lines()).toEqual(expect.arrayContaining(["customer at /", "employee at /admin"]));
  });

  it("shows the environment that a job deploys to, with the address that a step returned", async () => {
    const result = await runJobs(
      `
  deploy:
    runs-on: ubuntu-latest
    environment:
      name: \${{ vars.WHERE }}
      url: \${{ steps.site.outputs.url }}
    steps:
      - id: site
        run: echo url=https://shop.example >> "$GITHUB_OUTPUT"
  short:
    runs-on: ubuntu-latest
    environment: staging
    steps: [{ run: echo }]
  nowhere:
    runs-on: ubuntu-latest
    environment: { name: "\${{ vars.UNSET }}", url: "https://shop.example" }
    steps: [{ run: echo }]
`,
      { vars: { WHERE: "production" } },
    );
    expect(Object.fromEntries(result.jobs.map(({ name, environment }) => [name, environment]))).toEqual({
      deploy: { name: "production", url: "https://shop.example" },
      short: { name: "staging", url: "" },
      nowhere: undefined,
    });
  });

  it("skips jobs that need a failed job, unless their condition says otherwise", async () => {
    const result = await runJobs(`
  broken:
    runs-on: ubuntu-latest
    steps: [{ run: exit 3 }]
  next:
    needs: broken
    runs-on: ubuntu-latest
    steps: [{ run: echo never }]
  tell:
    needs: next
    if: failure()
    runs-on: ubuntu-latest
    steps: [{ run: 'echo "next was \${{ needs.next.result }}"' }]
`);
    expect(conclusions(result)).toEqual({ broken: "failure", tell: "success" });
    expect(repository?.lines()).toContain("next was skipped");
    expect(result.conclusion).toBe("failure");
    expect(result.jobs[0]?.annotations).toEqual([
      { level: "error", message: "Process completed with exit code 3." },
    ]);
  });

  it("cancels the other combinations when one fails", async () => {
    const result = await runJobs(`
  build:
    runs-on: ubuntu-latest
    strategy:
      max-parallel: 2
      matrix:
        run: ["sleep 30", "exit 1"]
    steps: [{ run: "\${{ matrix.run }}" }]
`);
    expect(conclusions(result)).toEqual({ "build (exit 1)": "failure", "build (sleep 30)": "cancelled" });
  }, 30_000);

  it("states which matrix is empty", async () => {
    const result = await runJobs(`
  build:
    runs-on: ubuntu-latest
    strategy: { matrix: { service: "\${{ fromJSON('[]') }}" } }
    steps: [{ run: echo never }]
`);
    expect(result.jobs[0]?.annotations[0]?.message).toBe(
      ".github/workflows/main.yml:5: the matrix of 'build' has no combination",
    );
  });
});

describe("steps", () => {
  it("gives each step its status functions and honours continue-on-error", async () => {
    const result = await runJobs(`
  job:
    runs-on: ubuntu-latest
    steps:
      - { id: forgiven, run: exit 1, continue-on-error: true }
      - { id: sees, if: "steps.forgiven.outcome == 'failure' && steps.forgiven.conclusion == 'success'", run: echo yes }
      - { id: fails, run: exit 1 }
      - { id: skipped, run: echo never }
      - { id: failed, if: failure(), run: echo failed }
      - { id: always, if: "always() && steps.skipped.conclusion == 'skipped'", run: echo always }
`);
    const ids = ["forgiven", "sees", "fails", "skipped", "failed", "always"];
    expect(ids.map((id) => step(result, id)?.conclusion)).toEqual([
      "success",
      "success",
      "failure",
      "skipped",
      "success",
      "success",
    ]);
    expect(result.conclusion).toBe("failure");
  });

  it.each([
    ["without a shell named, a pipe hides a failure", "", "success"],
    ["with bash named, a failing pipe fails", "shell: bash", "failure"],
  ])("%s", async (_, shell, conclusion) => {
    const result = await runJobs(`
  job:
    runs-on: ubuntu-latest
    steps:
      - run: "false | true"
        ${shell}
`);
    expect(result.conclusion).toBe(conclusion);
  });

  it("keeps what a step writes for later ones: environment, path, outputs, summary", async () => {
    const result = await runJobs(`
  job:
    runs-on: ubuntu-latest
    env: { LEVEL: job }
    defaults: { run: { working-directory: sub } }
    steps:
      - { run: mkdir sub, working-directory: . }
      - id: write
        run: |
          printf 'text<<END\\none\\ntwo\\nEND\\n' >> "$GITHUB_OUTPUT"
          echo 'LEVEL=step' >> "$GITHUB_ENV"
          mkdir bin && printf '#!/bin/sh\\necho own tool' > bin/own && chmod +x bin/own
          echo "$PWD/bin" >> "$GITHUB_PATH"
          echo '# Title' >> "$GITHUB_STEP_SUMMARY"
      - run: own && echo "$LEVEL \${{ env.LEVEL }}" && basename "$PWD"
      - env: { TEXT: "\${{ steps.write.outputs.text }}" }
        run: echo "$TEXT"
`);
    expect(repository?.lines()).toEqual(["own tool", "step step", "sub", "one", "two"]);
    expect(result.jobs[0]?.summary).toBe("# Title\n");
  });

  it("reads workflow commands and hides masked values and secrets", async () => {
    const result = await runJobs(
      `
  job:
    runs-on: ubuntu-latest
    outputs: { leak: "\${{ steps.a.outputs.leak }}", fine: "\${{ steps.a.outputs.fine }}" }
    steps:
      - id: a
        env: { SECRET: "\${{ secrets.KEY }}" }
        run: |
          echo "the key is $SECRET"
          echo "::add-mask::otherhidden"
          echo "and otherhidden"
          echo "::warning file=a.ts,line=3,title=Careful::first%0Asecond $SECRET"
          echo "::group::Details"
          echo "::endgroup::"
          echo "::debug::not shown"
          echo "leak=$SECRET" >> "$GITHUB_OUTPUT"
          echo "fine=1" >> "$GITHUB_OUTPUT"
`,
      { secrets: { KEY: "s3cr3tvalue" } },
    );
    expect(repository?.lines()).toEqual(["the key is ***", "and ***", "▸ Details"]);
    expect(result.jobs[0]?.annotations[0]).toEqual({
      level: "warning",
      message: "first\nsecond ***",
      title: "Careful",
      file: "a.ts",
      line: "3",
    });
    expect(result.jobs[0]?.outputs).toEqual({ fine: "1" });
  });

  it("ends a step at its time limit", async () => {
    const result = await runJobs(`
  job:
    runs-on: ubuntu-latest
    steps:
      - { name: slow, run: exec sleep 30, timeout-minutes: 0.005 }
`);
    expect(result.conclusion).toBe("failure");
    expect(result.jobs[0]?.annotations[0]?.message).toBe(
      "The action 'slow' has timed out after 0.005 minutes.",
    );
  }, 30_000);

  it("hashes the files of the workspace", async () => {
    const result = await runJobs(`
  job:
    runs-on: ubuntu-latest
    steps:
      - run: echo 1 > a.lock
      - run: echo "\${{ hashFiles('*.lock') }} \${{ hashFiles('*.absent') == '' }}"
`);
    expect(result.conclusion).toBe("success");
    // SHA-256 of the SHA-256 of "1\n".
    expect(repository?.lines()).toEqual([
      "7d759b16b9254aaca9ffb2fddaf5e97ef724f28d7428e0b3409f82ca82b4b09a true",
    ]);
  });
});

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
  }, 30_000);
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
