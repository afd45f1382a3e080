import { readFileSync } from "node:fs";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import type { RunResult } from "../result.ts";
import {
  commitFiles,
  createTestRepository,
  type TestRepository,
  workflowOf,
} from "../test-repository.support.ts";
import { git } from "./git.ts";

let directory: string;
let mirror: string;
/** The commit that only the branch `next` has. */
let next: string;
let repository: TestRepository | undefined;

const say = (word: string) => `
name: say
description: says a word
inputs: { who: { description: whom, default: nobody } }
runs:
  using: composite
  steps:
    - { run: 'echo "${word} $WHO"', shell: bash, env: { WHO: "\${{ inputs.who }}" } }
    - { uses: $/node }
    - { run: 'cat note.txt', shell: bash }
`;
const filesOfMirror = (word: string) => ({
  "action.yml": `name: root\ndescription: r\nruns: { using: composite, steps: [{ uses: $/say, with: { who: root } }] }`,
  "say/action.yml": say(word),
  "node/action.yml": "name: node\ndescription: n\nruns: { using: node24, main: main.mjs, post: post.mjs }",
  "node/main.mjs":
    "console.log('main of ' + process.env.GITHUB_ACTION_REPOSITORY + ' in ' + process.env.GITHUB_REPOSITORY);",
  "node/post.mjs": "console.log('post');",
  ".github/workflows/deploy.yml": `
on:
  workflow_call:
    secrets: { KEY: { required: false } }
permissions: {}
jobs:
  deploy:
    permissions: { contents: read, id-token: write }
    uses: ./.github/workflows/nested.yml
    secrets: { KEY: "\${{ secrets.KEY }}" }
`,
  ".github/workflows/nested.yml": `
on: { workflow_call: { secrets: { KEY: { required: false } } } }
jobs:
  nested:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v7
      - { uses: $/say, with: { who: "\${{ vars.WHO }}" } }
      - { uses: ./local }
      - { run: 'test "$KEY" = s3cret && echo has the key', env: { KEY: "\${{ secrets.KEY }}" } }
`,
});

const commit = (files: Record<string, string>) => commitFiles(mirror, files);

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "mirror-"));
  mirror = join(directory, "mirror");
  await mkdir(mirror);
  await git(mirror, "init", "--quiet", "--initial-branch", "main");
  await commit(filesOfMirror("hello"));
  await git(mirror, "tag", "v1");
  await git(
    mirror,
    ...["-c", "user.name=T", "-c", "user.email=t@example.com"],
    "tag",
    "-m",
    "noted",
    "v1.0.0",
  );
  await git(mirror, "checkout", "--quiet", "-b", "next");
  next = await commit({ "say/action.yml": say("welcome") });
  await git(mirror, "branch", "v1", "next");
  await git(mirror, "checkout", "--quiet", "main");
});
afterAll(() => rm(directory, { recursive: true, force: true }));
afterEach(() => repository?.remove());

const local = {
  "note.txt": "a note of the caller\n",
  "local/action.yml":
    "name: local\ndescription: l\nruns: { using: composite, steps: [{ run: echo local, shell: bash }] }",
};

async function create(files: Record<string, string>, options = {}): Promise<TestRepository> {
  repository = await createTestRepository(
    { ...local, ...files },
    { mirrors: { "acme/delivery": mirror }, secrets: { KEY: "s3cret" }, vars: { WHO: "caller" }, ...options },
  );
  return repository;
}

const errors = ({ jobs }: RunResult) => jobs.flatMap(({ annotations }) => annotations);
const output = () =>
  repository?.lines().filter((line) => !line.startsWith("▸") && !line.startsWith("checked"));
const steps = (uses: string) =>
  workflowOf(`
  job:
    runs-on: ubuntu-latest
    steps: [{ uses: actions/checkout@v7 }, { uses: ${uses} }]`);
const call = (uses: string, rest = "", permissions = "{ contents: read, id-token: write }") =>
  workflowOf(`
  call:
    permissions: ${permissions}
    uses: ${uses}
${rest}`);

describe("an action of another repository", () => {
  it.each([
    ["a tag, which takes precedence over a branch", "acme/delivery/say@v1", "hello nobody"],
    ["an annotated tag", "acme/delivery/say@v1.0.0", "hello nobody"],
    ["a branch", "acme/delivery/say@next", "welcome nobody"],
    ["the root of the repository", "acme/delivery@v1", "hello root"],
  ])("runs from %s, in the checkout of the caller", async (_, uses, first) => {
    const result = await (await create(steps(uses))).run();
    expect(errors(result)).toEqual([]);
    expect(output()).toEqual([first, "main of acme/delivery in octo/coffee", "a note of the caller", "post"]);
  });

  it("runs from a commit, and from a URL", async () => {
    const mirrors = { "acme/delivery": `file://${mirror}` };
    const caller = await create(steps(`acme/delivery/say@${next}`), { mirrors });
    expect((await caller.run()).conclusion).toBe("success");
    expect(output()).toContain("welcome nobody");
  });

  it("runs from a tag that has moved between two runs", async () => {
    const caller = await create(steps("acme/delivery/say@moving"));
    await git(mirror, "tag", "--force", "moving", "main");
    await caller.run();
    await git(mirror, "tag", "--force", "moving", "next");
    await caller.run();
    expect(output()?.filter((line) => line.endsWith("nobody"))).toEqual(["hello nobody", "welcome nobody"]);
  });
});

describe("a workflow of another repository", () => {
  const secrets = `    secrets: { KEY: "\${{ secrets.KEY }}" }`;
  const uses = "acme/delivery/.github/workflows/deploy.yml@v1";

  it("gets the caller's checkout, variables and the secrets it is given", async () => {
    const result = await (await create(call(uses, secrets))).run();
    expect(errors(result)).toEqual([]);
    expect(result.jobs.map(({ name }) => name)).toEqual(["call / deploy / nested"]);
    expect(output()).toEqual([
      "hello caller",
      "main of acme/delivery in octo/coffee",
      "a note of the caller",
      "local",
      "has the key",
      "post",
    ]);
  });

  it("inherits the secrets of a caller of the same owner", async () => {
    const files = call(uses.replace("deploy", "nested"), "    secrets: inherit");
    const caller = await create(files, { name: "acme/coffee" });
    expect((await caller.run()).conclusion).toBe("success");
    expect(output()).toContain("has the key");
  });
});

interface Refused {
  readonly name: string;
  readonly step?: string;
  readonly job?: string;
  readonly rest?: string;
  readonly permissions?: string;
  readonly words: string;
}
const refused: Refused[] = parse(readFileSync(new URL("other-repositories.yaml", import.meta.url), "utf8"));

it.each(refused)("$name is refused before anything runs", async ({ step, job = "", words, ...more }) => {
  const caller = await create(step ? steps(step) : call(job, more.rest, more.permissions));
  await expect(caller.start()).rejects.toThrow(words);
  expect(caller.events).toEqual([]);
});
