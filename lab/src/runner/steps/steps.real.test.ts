import { expect, it } from "vitest";
import { runJobs, stepOf } from "../test-repository.support.ts";

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
  expect(ids.map((id) => stepOf(result, id)?.conclusion)).toEqual([
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
  expect(result.lines).toEqual(["own tool", "step step", "sub", "one", "two"]);
  expect(result.jobs[0]?.summary).toBe("# Title\n");
});

it("stays green when a summary is above GitHub's limit, or cannot be shown", async () => {
  const result = await runJobs(
    `
  job:
    runs-on: ubuntu-latest
    steps:
      - run: head -c 1048577 /dev/zero | tr '\\0' '>' >> "$GITHUB_STEP_SUMMARY"
      - run: echo short >> "$GITHUB_STEP_SUMMARY"
`,
    {
      onEvent: ({ type }) => {
        if (type === "job-finished") throw new RangeError("Maximum call stack size exceeded");
      },
    },
  );
  expect(result).toMatchObject({ conclusion: "success", jobs: [{ summary: "short\n" }] });
  expect(result.jobs[0]?.annotations).toMatchObject([
    {
      level: "error",
      message: expect.stringContaining("supports content up to a size of 1024k, got 1025k"),
    },
  ]);
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
  expect(result.lines).toEqual(["the key is ***", "and ***", "▸ Details"]);
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
});

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
  expect(result.lines).toEqual(["7d759b16b9254aaca9ffb2fddaf5e97ef724f28d7428e0b3409f82ca82b4b09a true"]);
});
