import { describe, expect, it } from "vitest";
import { readWorkflow } from "../runner/load/load-workflow.ts";
import type { Repository } from "./repository.ts";
import { chooseFirst, readTrigger } from "./triggers.ts";

const jobs = "jobs: { a: { runs-on: ubuntu-latest, steps: [{ run: 'true' }] } }";

/** A repository on a branch, whose workflows have these values of `on`. */
async function repositoryOn(branch: string, files: Record<string, string>): Promise<Repository> {
  const read = Object.entries(files).map(async ([file, on]) => {
    const path = `.github/workflows/${file}`;
    return [path, await readWorkflow({ repository: "", directory: "" }, path, `on: ${on}\n${jobs}`)] as const;
  });
  const place = { folder: "", name: "o/r", head: "c0ffee", subject: "", branch };
  return {
    ...place,
    workflows: new Map(await Promise.all(read)),
    refused: new Map([["x.yml", "x.yml:3: bad"]]),
    warnings: [],
  };
}

describe("the first runs", () => {
  it.each<[string, string, Record<string, string>, object, string]>([
    [
      "all that a push to the branch starts",
      "main",
      { a: "push", b: "push", c: "release" },
      {},
      "push main: a b",
    ],
    [
      "a push to the branch of HEAD first",
      "dev",
      { a: "push", b: "{ push: { branches: [main] } }" },
      {},
      "push dev: a",
    ],
    [
      "main in place of a branch that starts nothing",
      "dev",
      { b: "{ push: { branches: [main] } }" },
      {},
      "push main: b",
    ],
    [
      "a branch that a workflow names",
      "dev",
      { b: "{ push: { branches: [production] } }" },
      {},
      "push production: b",
    ],
    ["a tag, where only tags start it", "main", { b: "{ push: { tags: ['v*'] } }" }, {}, "push v1.0.0: b"],
    [
      "one workflow, by its file",
      "main",
      { a: "push", b: "push" },
      { workflow: ".github/workflows/b" },
      "push main: b",
    ],
    [
      "one without a push, by its event",
      "main",
      { a: "push", b: "workflow_dispatch" },
      { workflow: "b" },
      "workflow_dispatch main: b",
    ],
    [
      "another event",
      "main",
      { a: "push", c: "{ release: { types: [published] } }" },
      { event: "release" },
      "release main: c",
    ],
    [
      "a pull request to the branch",
      "dev",
      { p: "{ pull_request: { branches: [main] } }" },
      { event: "pull_request" },
      "pull_request main: p",
    ],
  ])("are %s", async (_, branch, files, asked, chosen) => {
    const repository = await repositoryOn(branch, files);
    const first = await chooseFirst(repository, {
      workflow: undefined,
      event: undefined,
      inputs: {},
      ...asked,
    });
    const names = first.requests.map(({ workflow }) => workflow.replace(/.*\//, "")).join(" ");
    expect(`${first.requests[0]?.event.name} ${first.branch}: ${names}`).toBe(chosen);
  });

  it.each<[object, string]>([
    [
      {},
      "no workflow is started by the event push. Workflows: c (schedule). Fix: choose one with --workflow FILE\nnot loaded: x.yml:3: bad",
    ],
    [{ workflow: "d" }, "--workflow: the last commit has no .github/workflows/d. Workflows: c (schedule)"],
    [{ workflow: "c" }, "c is not started by the event push"],
  ])("are refused with what could be started: %j", async (asked, message) => {
    const repository = await repositoryOn("main", { c: "{ schedule: [{ cron: '0 0 * * *' }] }" });
    const choice = chooseFirst(repository, { workflow: undefined, event: undefined, inputs: {}, ...asked });
    await expect(choice).rejects.toThrow(message);
  });
});

describe("the options of a push", () => {
  it.each([
    [[], { event: "push", values: {} }],
    [["workflow=a.yml", "x=1"], { event: "workflow_dispatch", file: "a.yml", values: { x: "1" } }],
    [["event=release", "tag=v2"], { event: "release", values: { tag: "v2" } }],
    [["event=push", "workflow=a.yml"], { event: "push", file: "a.yml", values: {} }],
  ])("%j are an event", (options, trigger) => {
    expect(readTrigger(options)).toEqual({ file: undefined, ...trigger });
  });

  it.each([
    [["event=fork"], "unknown event 'fork'. Events: push, pull_request"],
    [["event=release", "base=x"], "'base' does not belong to the event release. Fix: -o tag=…"],
    [["x=1"], "'x' does not belong to the event push. Fix: add -o workflow=FILE for an input"],
    [["event=workflow_dispatch"], "workflow_dispatch needs a workflow. Fix: add -o workflow=FILE"],
  ])("%j are refused", (options, message) => {
    expect(() => readTrigger(options)).toThrow(message);
  });
});
