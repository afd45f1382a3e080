import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { parse } from "yaml";
import type { JobResult, RunResult } from "../runner/result.ts";
import { createTails, describeRun, type Outcome, toJUnit } from "./outcome.ts";
import { causeOf, summarise, toMarkdown } from "./summary.ts";

const step = (name: string, conclusion: "success" | "failure" | "skipped") => ({
  ...{ id: name, name, conclusion, outcome: conclusion, outputs: {}, durationMs: 1500 },
});
const left = { what: "npm publish", why: "It would change a registry." };
const job: JobResult = {
  ...{ name: "ship <1>", conclusion: "failure", outputs: {}, summary: "", permissions: {}, executed: [] },
  steps: [step("Publish", "success"), step("Deploy", "failure"), step("Tidy", "skipped")],
  annotations: [{ level: "error", message: 'no "b" \u001b[1m& c' }],
  leftOut: [{ step: "Publish", ...left }],
  durationMs: 3000,
};
const run: RunResult = {
  ...{ id: 1, workflow: "Deploy", event: "push", sha: "c0ffee", conclusion: "failure", durationMs: 4000 },
  jobs: [job],
};
const why = "The rehearsal does not reach a.example:443. Fix: --network all.";
const tails = createTails(new Map([["a.example:443", { why, at: Number.POSITIVE_INFINITY }]]));
const ofStep = { run: 1, job: job.name, step: "Deploy", post: false } as const;
tails.notice({ type: "step-finished", ...ofStep, conclusion: "failure", durationMs: 1500 });
for (const line of ["first", "last"])
  tails.notice({ type: "log", run: 1, job: job.name, step: "Deploy", line });
const service = {
  cluster: "production",
  service: "menu",
  revision: "menu:2",
  image: "aws.example/menu:b",
} as const;
const outcome: Outcome = {
  ...{ version: 1, conclusion: "failure", commit: "c0ffee", durationMs: 9400 },
  runs: [describeRun(run, tails)],
  services: [
    {
      ...service,
      changes: ['~ cpu: "256" → "512"'],
      verdict: "failed",
      cause: "The task exited with 1.",
      fix: "read its log.",
    },
  ],
  notStarted: [{ workflow: "ci.yml", why: "ci.yml:7: bad" }],
  leftOut: [1, 2].map(() => ({ job: job.name, step: "Publish", ...left })),
  standInImages: [{ image: "127.0.0.1:5000/menu:b", why: "No Docker engine responds." }],
  notReached: [{ host: "a.example:443", why }],
  notes: ["All processes of the steps were ended."],
  notChecked: ["permissions of deploy"],
};

const expected = parse(readFileSync(new URL("outcome.yaml", import.meta.url), "utf8"));

it("writes JUnit with a suite per job, a case per step, and one for what could not start", () => {
  expect(toJUnit(outcome)).toBe(expected.junit);
});

it("sums up what was deployed and skipped, and why the rehearsal is red", () => {
  expect(summarise(outcome).trim()).toBe(expected.summary);
  expect(toMarkdown(outcome)).toBe(expected.markdown);
});

it.each([
  [outcome, "The task exited with 1."],
  [{ ...outcome, services: [] }, 'no "b" & c'],
  [{ ...outcome, services: [], runs: [] }, "ci.yml:7: bad"],
  [{ ...outcome, services: [], runs: [], notStarted: [] }, "no deployment succeeded"],
  [{ ...outcome, conclusion: "success" as const }, undefined],
])("states the first cause", (of, cause) => {
  expect(causeOf(of)).toBe(cause);
});
