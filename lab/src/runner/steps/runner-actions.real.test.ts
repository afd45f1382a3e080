import { startEngine } from "@ecs-delivery/actions/build-image/src/docker/engine.support";
import { afterEach, expect, it, onTestFinished } from "vitest";
import { createTestRepository, type TestRepository, workflowOf } from "../test-repository.support.ts";

let repository: TestRepository | undefined;
afterEach(() => repository?.remove());

const action = {
  "actions/greet/action.yml": `
name: Greet
description: Greets
inputs:
  who: { description: whom, required: true }
  sign: { description: what comes after, default: "!" }
outputs:
  greeting: { description: what was said }
runs: { using: node24, main: main.mjs, post: post.mjs }
`,
  "actions/greet/main.mjs": `
import { appendFileSync } from "node:fs";
const greeting = "hello " + process.env.INPUT_WHO + process.env.INPUT_SIGN;
console.log(greeting);
appendFileSync(process.env.GITHUB_OUTPUT, "greeting=" + greeting + "\\n");
appendFileSync(process.env.GITHUB_STATE, "whom=" + process.env.INPUT_WHO + "\\n");
if (process.env.INPUT_WHO === "nobody") { console.log("::error title=Greet::nobody to greet"); process.exit(1); }
`,
  "actions/greet/post.mjs": "console.log('goodbye ' + process.env.STATE_whom);",
};
const withAction = (jobs: string) => createTestRepository({ ...action, ...workflowOf(jobs) });

it("finds a workspace action only after checkout", async () => {
  const job = (steps: string) =>
    workflowOf(`
  job:
    runs-on: ubuntu-latest
    steps:
${steps}
      - { uses: ./actions/greet, with: { who: you } }
`);
  repository = await createTestRepository({ ...action, ...job("") });
  const without = await repository.run();
  expect(without.jobs[0]?.annotations[0]?.message).toMatch(/main\.yml:.*needs actions\/checkout before it/);
  await repository.commit(
    job("      - uses: actions/checkout@v7\n        with: { persist-credentials: false }"),
  );
  expect((await repository.run()).conclusion).toBe("success");
});

it("keeps an action's own error as the only one", async () => {
  repository = await withAction(`
  job:
    runs-on: ubuntu-latest
    steps: [{ uses: $/actions/greet, with: { who: nobody, loud: yes } }]
`);
  const result = await repository.run();
  expect(result.conclusion).toBe("failure");
  expect(result.jobs[0]?.annotations).toEqual([
    { level: "warning", message: "Unexpected input(s) 'loud', valid inputs are ['who', 'sign']" },
    { level: "error", message: "nobody to greet", title: "Greet" },
  ]);
});

it("passes inputs and secrets in and outputs back", async () => {
  repository = await createTestRepository({
    ...workflowOf(`
  call:
    strategy: { matrix: { service: [customer] } }
    uses: $/.github/workflows/called.yml
    with: { service: "\${{ matrix.service }}" }
    secrets: inherit
  after:
    needs: call
    runs-on: ubuntu-latest
    steps: [{ run: "echo 'it was \${{ needs.call.outputs.status }}'" }]
`),
    ".github/workflows/called.yml": `
on:
  workflow_call:
    inputs:
      service: { type: string, required: true }
      wait: { type: boolean, default: true }
    outputs:
      status: { value: "\${{ jobs.inner.outputs.status }}" }
jobs:
  inner:
    runs-on: ubuntu-latest
    outputs: { status: "\${{ steps.x.outputs.status }}" }
    steps:
      - id: x
        env: { SERVICE: "\${{ inputs.service }}", WAIT: "\${{ inputs.wait }}", THERE: "\${{ secrets.KEY != '' }}" }
        run: echo "status=$SERVICE $WAIT $THERE" >> "$GITHUB_OUTPUT"
`,
  });
  const result = await repository.run();
  expect(result.jobs.map((job) => job.name)).toEqual(["call (customer) / inner", "after"]);
  expect(repository.lines()).toEqual(["it was customer true false"]);
});

it("checks out the requested depth of history and adds this Node.js to the path", async () => {
  repository = await createTestRepository(
    workflowOf(`
  job:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v7
      - uses: actions/setup-node@v7
        with: { node-version: ${process.versions.node.split(".")[0]} }
      - run: git rev-list --count HEAD && node --version
      - { uses: actions/setup-node@v7, continue-on-error: true, with: { cache: npm } }
      - uses: actions/checkout@v7
        with: { fetch-depth: 0, path: whole }
      - run: git -C whole rev-list --count HEAD && git -C whole fsck --no-progress && git -C whole status --short
`),
  );
  await repository.commit({ "second.txt": "" });
  await repository.commit({ "third.txt": "" });
  const { jobs } = await repository.run();
  expect(JSON.stringify(jobs[0]?.annotations)).toContain("Dependencies lock file is not found");
  const numbers = repository
    .lines()
    .filter((line) => !line.startsWith("checked out") && !/^node: /.test(line));
  expect(numbers).toEqual(["1", process.version, "3"]);
});

it("checks out nothing that an earlier job has changed, added or set", async () => {
  repository = await createTestRepository({
    "menu.txt": "coffee\n",
    ".gitignore": "made\n",
    ...workflowOf(`
  first:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v7
      - run: |
          echo tea > menu.txt && echo new > staged.txt && git add staged.txt && rm .gitignore
          mkdir -p made empty && echo 1 > made/1 && git init --quiet nested && git config user.name First
          echo "exit 1" > .git/hooks/post-checkout && chmod +x .git/hooks/post-checkout menu.txt
  second:
    needs: first
    runs-on: ubuntu-latest
    steps:
      - run: ls -A
      - uses: actions/checkout@v7
      - run: ls -A && cat menu.txt .gitignore && test ! -x menu.txt && git status --short --ignored && git config user.name || echo none
`),
  });
  expect((await repository.run()).conclusion).toBe("success");
  expect(repository.lines().filter((line) => !line.startsWith("checked out"))).toEqual([
    ".git",
    ".github",
    ".gitignore",
    "menu.txt",
    "coffee",
    "made",
    "none",
  ]);
});

it("sets up buildx to write an OCI archive", async () => {
  const { variables, close } = await startEngine({ imageStore: true });
  onTestFinished(close);
  const steps = `
  job:
    runs-on: ubuntu-latest
    steps:
      - uses: docker/setup-buildx-action@v4
      - run: echo 'FROM scratch' | docker buildx build --output type=oci,dest=image.tar - && tar -tf image.tar
`;
  const environment = { PATH: process.env.PATH ?? "", ...variables };
  repository = await createTestRepository(workflowOf(steps), { environment });
  await repository.run();
  expect(repository.lines()).toContain("index.json");
});

it("reports what is missing when no credentials are given", async () => {
  repository = await createTestRepository(
    workflowOf(`
  job:
    runs-on: ubuntu-latest
    steps: [{ uses: aws-actions/configure-aws-credentials@v6, with: { aws-region: us-east-1 } }]
`),
  );
  const result = await repository.run();
  expect(result.jobs[0]?.annotations[0]?.message).toMatch(/^Credentials could not be loaded/);
});
