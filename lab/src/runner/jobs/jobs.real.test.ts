import { describe, expect, it, onTestFinished } from "vitest";
import type { RunResult } from "../result.ts";
import { createTestRepository, runJobs, stepOf, workflowOf } from "../test-repository.support.ts";

const conclusions = (result: RunResult) =>
  Object.fromEntries(result.jobs.map((job) => [job.name, job.conclusion]));

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
  expect(result.lines).toEqual(expect.arrayContaining(["customer at /", "employee at /admin"]));
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
  report:
    needs: next
    if: failure()
    runs-on: ubuntu-latest
    steps: [{ run: 'echo "next was \${{ needs.next.result }}"' }]
`);
  expect(conclusions(result)).toEqual({ broken: "failure", report: "success" });
  expect(result.lines).toContain("next was skipped");
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
});

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

/** Returns a function that runs jobs until one logs `started`, and ends the run then. */
const endBy = (how: "cancel" | "kill") => async (jobs: string) => {
  const repository = await createTestRepository(workflowOf(jobs), {
    onEvent: (event) => event.type === "log" && event.line === "started" && run[how](),
  });
  onTestFinished(repository.remove);
  const run = await repository.start();
  return { result: await run.result, lines: repository.lines() };
};
const cancelStarted = endBy("cancel");
const killStarted = endBy("kill");

describe("a run that is ended", () => {
  it("by cancelling interrupts the step, runs those with always(), and skips the rest", async () => {
    const { result, lines } = await cancelStarted(`
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
`);
    expect(lines).toEqual(["started", "interrupted", "cleaned"]);
    expect(result.conclusion).toBe("cancelled");
    expect(stepOf(result, "long")?.conclusion).toBe("cancelled");
    expect(stepOf(result, "rest")?.conclusion).toBe("skipped");
  });

  it("by killing ends all processes at once and starts no others", async () => {
    const { result, lines } = await killStarted(`
  job:
    runs-on: ubuntu-latest
    steps:
      - run: |
          trap '' INT TERM
          echo started
          while true; do sleep 0.05; done
      - { if: always(), run: echo never }
`);
    expect(result.conclusion).toBe("cancelled");
    expect(lines).toEqual(["started"]);
  });
});

it("a run has the repository's variables of the moment in which it starts", async () => {
  const vars: Record<string, string> = { WHERE: "first" };
  const job = `runs-on: ubuntu-latest\n    steps: [{ run: 'echo \${{ vars.WHERE }}' }]`;
  const repository = await createTestRepository(workflowOf(`\n  job:\n    ${job}`), { vars });
  onTestFinished(repository.remove);
  const starting = repository.start();
  vars.WHERE = "second";
  await (await starting).result;
  expect(repository.lines()).toEqual(["first"]);
});

it.each([
  ["jobs of a group", "\n    concurrency: { group: one }", "on: workflow_dispatch", 1],
  ["workflows of a group", "", "on: workflow_dispatch\nconcurrency: { group: one }", 2],
])("runs %s one at a time", async (_, ofJob, head, runs) => {
  const jobs = Array.from(
    { length: 3 - runs },
    (_, index) => `
  job-${index}:
    runs-on: ubuntu-latest${ofJob}
    steps: [{ run: "echo start; sleep 0.2; echo end" }]`,
  );
  const repository = await createTestRepository(workflowOf(`${jobs.join("")}\n`, head));
  onTestFinished(repository.remove);
  const started = [];
  for (let run = 0; run < runs; run++) started.push(await repository.start());
  await Promise.all(started.map(({ result }) => result));
  expect(repository.lines()).toEqual(["start", "end", "start", "end"]);
});

it("gives every workflow the run's token, which no log shows", async () => {
  const job = `
    runs-on: ubuntu-latest
    steps: [{ run: 'test "$A$B" = givengiven && echo has $A', env: { A: "\${{ github.token }}", B: "\${{ secrets.GITHUB_TOKEN }}" } }]
`;
  const files = {
    ...workflowOf(`  call: { uses: ./.github/workflows/called.yml }\n  own:${job}`),
    ".github/workflows/called.yml": `on: workflow_call\njobs:\n  called:${job}`,
  };
  const github = { apiUrl: "https://api.github.com", token: "given" };
  const repository = await createTestRepository(files, { github });
  onTestFinished(() => repository.remove());
  expect((await repository.run()).conclusion).toBe("success");
  expect(repository.lines().filter((line) => line === "has ***")).toHaveLength(2);
});
