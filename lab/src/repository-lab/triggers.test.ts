import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { parse } from "yaml";
import { readWorkflow } from "../runner/load/load-workflow.ts";
import type { Repository } from "./repository.ts";
import { chooseFirst, readTrigger } from "./triggers.ts";

interface Cases {
  first: [name: string, branch: string, on: Record<string, unknown>, asked: object, chosen: string][];
  refusedFirst: [asked: object, message: string][];
  pushOptions: [options: string[], trigger: object][];
  refusedPushOptions: [options: string[], message: string][];
}
const cases: Cases = parse(readFileSync(new URL("triggers.yaml", import.meta.url), "utf8"));

/** A repository on a branch, whose workflows have these values of `on`. */
async function repositoryOn(branch: string, files: Record<string, unknown>): Promise<Repository> {
  const jobs = { a: { "runs-on": "ubuntu-latest", steps: [{ run: "true" }] } };
  const read = Object.entries(files).map(async ([file, on]) => {
    const path = `.github/workflows/${file}`;
    const text = JSON.stringify({ on, jobs });
    return [path, await readWorkflow({ repository: "", directory: "" }, path, text)] as const;
  });
  const refused = new Map([[".github/workflows/x.yml", "x.yml:3: bad"]]);
  const place = { folder: "", name: "o/r", head: "c0ffee", subject: "", branch, warnings: [] };
  return { ...place, workflows: new Map(await Promise.all(read)), refused };
}

it.each(cases.first)("runs %s first", async (_, branch, files, asked, chosen) => {
  const first = await chooseFirst(await repositoryOn(branch, files), { inputs: {}, ...asked });
  const names = first.requests.map(({ workflow }) => workflow.replace(/.*\//, "")).join(" ");
  expect(`${first.requests[0]?.event.name} ${first.branch}: ${names}`).toBe(chosen);
});

const e = { workflow_call: { inputs: { stage: { type: "string", required: true } } } };
it.each(cases.refusedFirst)("refuses %j with what could be started", async (asked, message) => {
  const repository = await repositoryOn("main", { c: { schedule: [{ cron: "0 0 * * *" }] }, e });
  await expect(chooseFirst(repository, { inputs: {}, ...asked })).rejects.toThrow(message);
});

it.each(cases.pushOptions)("reads the push options %j as an event", (options, trigger) => {
  expect(readTrigger(options)).toEqual({ file: undefined, ...trigger });
});

it.each(cases.refusedPushOptions)("refuses the push options %j", (options, message) => {
  expect(() => readTrigger(options)).toThrow(message);
});
