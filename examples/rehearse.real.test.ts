import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { startGitHub } from "@ecs-delivery/lab/runner/github.support";
import type { RunResult } from "@ecs-delivery/lab/runner/result";
import { createTestRepository } from "@ecs-delivery/lab/runner/test-repository.support";
import { nodeEnvironment } from "@ecs-delivery/program/node-environment.support";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createMirror } from "./examples.support.ts";

let directory: string;
let mirror: string;
const example = join(import.meta.dirname, "plan-on-pull-requests");

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "rehearse-"));
  mirror = await createMirror(directory);
  const pack = join(import.meta.dirname, "../scripts/pack-cli.ts");
  await promisify(execFile)(process.execPath, [pack, join(directory, "package")]);
});
afterAll(() => rm(directory, { recursive: true, force: true }));

/** Rehearses a pull request that changes files of the example. */
async function rehearse(changes: Record<string, string>, fork?: string) {
  const github = await startGitHub();
  const paths = ["deploy", "rehearse"].map((name) => `.github/workflows/${name}.yml`);
  const read = async (path: string) => [path, await readFile(join(example, path), "utf8")] as const;
  const files = Object.fromEntries(await Promise.all([...paths, "app/server.mjs", "taskdef.json"].map(read)));
  const [, file = ""] = paths;
  files[file] = `${files[file]}          package: ${join(directory, "package")}\n          network: none\n`;
  const repository = await createTestRepository(files, {
    workflow: file,
    mirrors: { "OWNER/ecs-delivery": mirror },
    // In containers, the example would need its public base image.
    environment: { ...nodeEnvironment(), DOCKER_HOST: "unix:///nowhere/docker.sock" },
    github: { apiUrl: github.address, token: "token-1" },
  });
  try {
    const base = await repository.commit({});
    const run = await repository.openPullRequest(base, await repository.commit(changes), fork);
    const result = (await run?.result) as RunResult;
    const [job] = result.jobs;
    const { outputs } = job?.steps.find(({ name }) => name.includes("rehearse")) ?? {};
    return { job, outputs, comments: github.comments, log: repository.lines().join("\n") };
  } finally {
    await repository.remove();
    github.close();
  }
}

it("comments what the merge of a pull request would deploy", { timeout: 300_000 }, async () => {
  const { job, outputs, comments, log } = await rehearse({ "app/more.txt": "more" });
  expect(outputs, log).toMatchObject({ result: "success", cause: "" });
  expect(job?.summary).toMatch(/The rehearsal is green[\s\S]*### Deployed\n\n- stock in production: stock:2/);
  expect(comments).toHaveLength(1);
  expect(comments[0]?.body).toContain(job?.summary.trim());
});

it("is red with the cause for a fork's pull request, without a comment", { timeout: 300_000 }, async () => {
  const broken = { "app/server.mjs": 'console.error("::error::no port");\nprocess.exit(3);\n' };
  const { job, outputs, comments, log } = await rehearse(broken, "stranger/coffee");
  expect(outputs, log).toMatchObject({ result: "failure", cause: expect.stringMatching(/3/) });
  expect(job).toMatchObject({ conclusion: "failure" });
  expect(job?.summary).toContain("The rehearsal is red");
  expect(comments).toEqual([]);
});

it("reports why a rehearsal did not start", { timeout: 300_000 }, async () => {
  const { job, outputs, log } = await rehearse({ ".github/workflows/deploy.yml": "on: [push\n" });
  expect(outputs, log).toMatchObject({ result: "failure", json: "" });
  expect(job?.summary).toMatch(/did not start\n\n {4}ecs-delivery: .*deploy\.yml/);
});
