import { afterEach, describe, expect, it } from "vitest";
import { createTestRepository, type TestRepository, workflowOf } from "../test-repository.support.ts";

let repository: TestRepository | undefined;
afterEach(() => repository?.remove());

const job = (body: string, head?: string) =>
  workflowOf(`\n  job:\n    runs-on: ubuntu-latest\n${body}`, head);
const file = ".github/workflows/main.yml";
const withAction = (runs: string) => ({
  ...job("    steps: [{ uses: $/a }]"),
  "a/action.yml": `name: a\ndescription: a\n${runs}`,
});
const withSteps = (...steps: string[]) =>
  withAction(["runs:", "  using: composite", "  steps:", ...steps.map((step) => `    - ${step}`)].join("\n"));

describe("workflows that are refused before anything runs", () => {
  it.each([
    [
      "an unknown action",
      job("    steps: [{ uses: foo/bar@v1 }]"),
      `${file}:7: this runner does not know the action 'foo/bar@v1'; it knows './<folder>', '$/<folder>', 'actions/attest-build-provenance'`,
    ],
    [
      "an image as an action",
      job("    steps: [{ uses: 'docker://alpine' }]"),
      "the action 'docker://alpine'",
    ],
    [
      "an input a stand-in lacks",
      job("    steps: [{ uses: actions/checkout@v7, with: { submodules: true } }]"),
      "the input 'submodules' of actions/checkout",
    ],
    [
      "a container",
      job("    container: node:24\n    steps: [{ run: echo }]"),
      `${file}:7: this runner does not know the job key 'container'`,
    ],
    [
      "services",
      job("    services: { db: { image: mysql } }\n    steps: [{ run: echo }]"),
      "the job key 'services'",
    ],
    [
      "a protection instead of a key of an environment",
      job("    environment: { name: production, reviewers: me }\n    steps: [{ run: echo }]"),
      "reviewers",
    ],
    [
      "another machine",
      workflowOf("\n  job:\n    runs-on: windows-latest\n    steps: [{ run: echo }]"),
      "the runner 'windows-latest'",
    ],
    [
      "a workflow of another repository",
      workflowOf("\n  job:\n    uses: octo/other/.github/workflows/x.yml@v1"),
      "this runner has no mirror of the repository 'octo/other'; it has no other repository",
    ],
    ["a key GitHub does not have", job("    step: []"), `${file} (Line: 7, Col: 5): Unexpected value 'step'`],
    ["a missing context", job("    steps: [{ run: echo, if: foo.bar }]"), "Unrecognized named-value: 'foo'"],
    [
      "an unknown job in needs",
      workflowOf(`
  first:
    runs-on: ubuntu-latest
    steps: [{ run: echo }]
  job:
    needs: other
    runs-on: ubuntu-latest
    steps: [{ run: echo }]`),
      "Job 'job' depends on unknown job 'other'",
    ],
    [
      "an action without its bundle",
      {
        ...job("    steps: [{ uses: $/a }]"),
        "a/action.yml": "name: a\ndescription: a\nruns: { using: node24, main: dist/index.js }",
      },
      "'a/dist/index.js' is not in this commit; build the actions and commit 'dist'",
    ],
    [
      "an action in a container",
      withAction("runs: { using: docker, image: Dockerfile }"),
      "a/action.yml:3: this runner does not know actions that use 'docker'; it knows 'node24', 'composite'",
    ],
    [
      "an action with a part before the job's steps",
      withAction("runs: { using: node24, pre: pre.js, main: main.js }"),
      "a/action.yml:3: this runner does not know the key of an action's runs 'pre'",
    ],
    [
      "a Node.js action that has steps",
      withAction("runs: { using: node24, steps: [] }"),
      "a/action.yml:3: an action that uses 'node24' needs 'main'",
    ],
    [
      "a secret in a composite action",
      withSteps(`{ run: echo, shell: bash, env: { KEY: "\${{ secrets.KEY }}" } }`),
      "a/action.yml (Line: 6, Col: 45): Unrecognized named-value: 'secrets'",
    ],
    [
      "a variable in a composite action",
      withSteps("{ run: echo, shell: bash, if: vars.ROLE != '' }"),
      "a/action.yml (Line: 6, Col: 37): Unrecognized named-value: 'vars'",
    ],
    [
      "a script without a shell in a composite action",
      withSteps("{ run: echo }"),
      "a/action.yml (Line: 6, Col: 7): Required property is missing: shell",
    ],
    [
      "a time limit in a composite action",
      withSteps("{ run: echo, shell: bash, timeout-minutes: 1 }"),
      "Unexpected value 'timeout-minutes'",
    ],
    [
      "an id twice in a composite action",
      withSteps("{ id: x, run: a, shell: sh }", "{ id: x, run: b, shell: sh }"),
      "a/action.yml:7: the id 'x' is there more than once",
    ],
    [
      "an unknown action in a composite action",
      withSteps("{ uses: foo/bar@v1 }"),
      "a/action.yml:6: this runner does not know the action 'foo/bar@v1'",
    ],
    [
      "an input a stand-in lacks in a composite action",
      withSteps("{ uses: actions/checkout@v7, with: { lfs: true } }"),
      "a/action.yml:6: this runner does not know the input 'lfs' of actions/checkout",
    ],
    [
      "a composite action that uses itself",
      withSteps("{ uses: $/a }"),
      "a/action.yml:6: composite actions use each other more than 9 deep",
    ],
  ])("%s", async (_, files, message) => {
    repository = await createTestRepository(files);
    await expect(repository.start()).rejects.toThrow(message);
    expect(repository.events).toEqual([]);
  });

  it("an input the workflow does not have", async () => {
    const head = "on:\n  workflow_dispatch:\n    inputs: { profile: { type: string } }";
    repository = await createTestRepository(
      workflowOf("\n  job:\n    runs-on: ubuntu-latest\n    steps: [{ run: echo yes }]\n", head),
    );
    await expect(repository.start({ profle: "x" })).rejects.toThrow(
      `${file}: the input 'profle' is unknown, did you mean 'profile'? Inputs: profile`,
    );
  });

  it("an unknown shell fails the step with its place", async () => {
    repository = await createTestRepository(job("    steps: [{ run: echo, shell: pwsh }]"));
    const result = await repository.run();
    expect(result.jobs[0]?.annotations[0]?.message).toBe(
      `${file}:7: this runner does not know the shell 'pwsh'; it knows 'bash', 'sh'`,
    );
  });
});

it("starts only the workflows whose filters match", async () => {
  const head = "on:\n  push: { branches: [main], paths: ['services/**', '!**.md'] }";
  const steps = `    steps: [{ run: printenv BEFORE, env: { BEFORE: "\${{ github.event.before }}" } }]`;
  repository = await createTestRepository(job(steps, head));
  const first = await repository.commit({ "services/a.ts": "1" });
  const second = await repository.commit({ "services/b.md": "1" });
  expect(await repository.push(first, second)).toBeUndefined();
  const third = await repository.commit({ "services/a.ts": "2" });
  const run = await repository.push(second, third);
  await run?.result;
  expect(repository.lines()).toEqual([second]);
});

it("starts only the workflows whose filters match its base and its changes", async () => {
  const head = "on: { pull_request: { branches: [main], paths: ['services/**'] } }";
  const steps = `    steps: [{ run: 'echo "$GITHUB_REF $GITHUB_BASE_REF $GITHUB_HEAD_REF"' }]`;
  repository = await createTestRepository(job(steps, head));
  const base = await repository.commit({ "README.md": "1" });
  const documented = await repository.commit({ "README.md": "2" });
  expect(await repository.openPullRequest(base, documented)).toBeUndefined();
  const changed = await repository.commit({ "services/a.ts": "1" });
  await (await repository.openPullRequest(base, changed))?.result;
  expect(repository.lines()).toEqual(["refs/pull/1/merge main change"]);
  expect(await repository.push(base, changed)).toBeUndefined();
});
