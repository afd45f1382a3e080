import { expect, it } from "vitest";
import type { JobResult, RunResult } from "../runner/result.ts";
import { createTails, describeRun, type Outcome, toJUnit } from "./outcome.ts";
import { summarise } from "./summary.ts";

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
const tails = createTails();
for (const line of ["first", "last"])
  tails.notice({ type: "log", run: 1, job: job.name, step: "Deploy", line });
const service = { cluster: "production", service: "menu", revision: "menu:2", image: "menu:b" } as const;
const outcome: Outcome = {
  ...{ version: 1, conclusion: "failure", commit: "c0ffee", durationMs: 9400 },
  runs: [describeRun(run, tails)],
  services: [{ ...service, verdict: "failed", cause: "The task exited with 1.", fix: "read its log." }],
  notStarted: [{ workflow: "ci.yml", why: "ci.yml:7: bad" }],
  leftOut: [1, 2].map(() => ({ job: job.name, step: "Publish", ...left })),
  standInImages: [{ image: "menu:b", why: "No Docker engine responds." }],
  notChecked: ["permissions of deploy"],
};

it("a result in JUnit has a suite per job, a case per step, and one for what could not start", () => {
  expect(toJUnit(outcome)).toBe(`<?xml version="1.0" encoding="UTF-8"?>
<testsuites>
  <testsuite name="Deploy / ship &lt;1&gt;" tests="3" failures="1" skipped="2" time="3.000">
    <testcase classname="Deploy / ship &lt;1&gt;" name="Publish" time="1.500"><skipped message="skipped by the rehearsal"/></testcase>
    <testcase classname="Deploy / ship &lt;1&gt;" name="Deploy" time="1.500"><failure message="no &quot;b&quot; &amp; c">no &quot;b&quot; &amp; c
first
last</failure></testcase>
    <testcase classname="Deploy / ship &lt;1&gt;" name="Tidy" time="1.500"><skipped message="skipped"/></testcase>
  </testsuite>
  <testsuite name="ci.yml" tests="1" failures="1" skipped="0" time="0.000">
    <testcase classname="ci.yml" name="start" time="0.000"><failure message="ci.yml:7: bad"></failure></testcase>
  </testsuite>
</testsuites>
`);
});

it("the summary shows what was deployed and skipped, and why it is red", () => {
  expect(summarise(outcome)).toBe(`
✗ The rehearsal is red after 9 s.

Deployed
  menu in production: menu:2 with menu:b, failed

Why it failed, as this project's actions report it
  menu: The task exited with 1. Fix: read its log.

Failed: Deploy / ship <1> / Deploy
  no "b" & c
  | first
  | last

Could not start
  ci.yml:7: bad

Skipped by the rehearsal (2)
  2 × npm publish. It would change a registry.

Stand-in images, which answer 200 and contain none of your code
  menu:b: No Docker engine responds.

Not checked
  permissions of deploy`);
});
