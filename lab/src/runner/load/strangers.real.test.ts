import { readFileSync } from "node:fs";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it, onTestFinished } from "vitest";
import { parse } from "yaml";
import { commitFiles, createTestRepository, workflowOf } from "../test-repository.support.ts";
import { git } from "./git.ts";

interface Case {
  readonly name: string;
  readonly job?: string;
  readonly jobs?: string;
  readonly files?: Record<string, string>;
  readonly refuses?: boolean;
  readonly head?: string;
  readonly event?: object;
  readonly starts?: boolean;
  readonly permissions?: "read" | "write";
  readonly fails?: boolean;
  readonly lines?: readonly string[];
  readonly last?: string;
  readonly leftOut?: readonly string[];
  readonly notes?: readonly string[];
  readonly words?: string;
}
const cases: Case[] = parse(readFileSync(new URL("strangers.yaml", import.meta.url), "utf8"));

let directory: string;
/** Git address by name of the repository; others cannot be fetched. */
const addresses: Record<string, string> = { "acme/private": "file:///does/not/exist" };

const action = (entry: string) => `inputs: { service: {} }\nruns: { using: node24, main: ${entry} }`;
const log = (text: string) => `console.log(${JSON.stringify(text)})`;

async function create(name: string, ...tags: [string, Record<string, string>][]): Promise<string> {
  const repository = join(directory, name);
  await mkdir(repository);
  await git(repository, "init", "--quiet", "--initial-branch", "main");
  for (const [tag, files] of tags) {
    await commitFiles(repository, files);
    await git(repository, "tag", tag);
  }
  return `file://${repository}`;
}

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "strangers-"));
  const composite = "runs: { using: composite, steps: [{ run: echo hello, shell: bash }] }";
  addresses["acme/fetched"] = await create("fetched", ["v1", { "say/action.yml": composite }]);
  const old = {
    "action.yml": action("dist/index.js"),
    "dist/index.js": `${log("never")} || AWS_SHARED_CREDENTIALS_FILE`,
  };
  addresses["acme/old"] = await create("old", ["v1", old]);
  addresses["aws-actions/amazon-ecs-render-task-definition"] = await create(
    "render",
    ["v1", old],
    ["v2", { "dist/index.js": log("theirs"), "dist/1.js": "AWS_SHARED_CREDENTIALS_FILE, AWS_ENDPOINT_URL" }],
  );
  const given = `with: { service: '\${{ inputs.service }}' }`;
  const workflow = (steps: string) =>
    `on: { workflow_call: { inputs: { service: { type: string } } } }\njobs:\n  job: ${steps}\n`;
  await create("package", [
    "any",
    {
      "actions/deploy-service/action.yml": action("main.mjs"),
      "actions/deploy-service/main.mjs": "console.log('ours for ' + process.env.INPUT_SERVICE)",
      "actions/render-task-definition/action.yml": action("main.mjs"),
      "actions/render-task-definition/main.mjs": log("rendered"),
      "action.yml": `inputs: { service: {} }\nruns: { using: composite, steps: [{ uses: $/actions/deploy-service, ${given} }] }`,
      ".github/workflows/deploy-service.yml": `${workflow(
        `{ runs-on: ubuntu-latest, steps: [{ uses: $/, ${given} }] }`,
      )}  nested: { needs: job, uses: ./.github/workflows/nested.yml }\n`,
      ".github/workflows/nested.yml": workflow("{ runs-on: ubuntu-latest, steps: [{ run: echo nested }] }"),
    },
  ]);
});
afterAll(() => rm(directory, { recursive: true, force: true }));

it.each(cases)("$name", async ({ job, jobs, head, files = {}, refuses, fails, words, ...expected }) => {
  const steps = `job:\n  runs-on: ubuntu-latest\n${job?.replace(/^/gm, "  ")}`;
  const repository = await createTestRepository(
    { ...workflowOf((jobs ?? steps).replace(/^/gm, "  "), head), ...files },
    {
      own: { directory: join(directory, "package"), isOwn: (name) => name.endsWith("/ecs-delivery") },
      fetchFrom: (name) => addresses[name],
      unknownActions: refuses ? "refuse" : "leave-out",
      defaultPermissions: expected.permissions,
    },
  );
  onTestFinished(repository.remove);
  if (words && !fails) {
    await expect(repository.startBy(expected.event ?? {})).rejects.toThrow(words);
    return expect(repository.events).toEqual([]);
  }
  const result = await (await repository.startBy(expected.event ?? {}))?.result;
  if (!result || expected.starts === false) return expect(result !== undefined).toBe(expected.starts);
  const annotations = result.jobs.flatMap((each) => each.annotations);
  const messages = annotations.map(({ message }) => message);
  const notes = fails ? [words ?? ""] : (expected.notes ?? []);
  expect(messages).toEqual(notes.map((note) => expect.stringContaining(note)));
  expect(result.conclusion).toBe(fails ? "failure" : "success");
  const leftOut = result.jobs.flatMap((each) => each.leftOut);
  expect(leftOut.map(({ what }) => what)).toEqual(expected.leftOut ?? []);
  if (expected.last) expect(repository.lines().at(-1)).toBe(expected.last);
  if (expected.lines) expect(repository.lines()).toEqual(expected.lines);
});
