import { expect, it } from "vitest";
import { createRunRecords } from "../page/run-records.ts";
import type { Conclusion, JobResult, RunResult } from "../runner/result.ts";
import { createRepeatFilter } from "./follow-runs.ts";
import { deploymentsOf, makeReport, verdict } from "./report.ts";
import { reportHtml } from "./write-report.ts";

const outputs = {
  status: "succeeded",
  "revision-before": "arn:aws:ecs:us-east-1:123456789012:task-definition/customer-microservice:1",
  "revision-after": "arn:aws:ecs:us-east-1:123456789012:task-definition/customer-microservice:2",
  "image-digest": "sha256:1",
  traffic: '[{"atMs":0,"blue":100,"green":0},{"atMs":2000,"blue":0,"green":100}]',
};
const success = { conclusion: "success", durationMs: 9000 } as const;
const job = (outcome: Conclusion): JobResult => ({
  ...{
    ...success,
    name: "customer / deploy",
    annotations: [],
    leftOut: [],
    summary: "",
    permissions: {},
    executed: [],
  },
  outputs: {},
  steps: [{ ...success, id: "deploy", name: "Deploy", outcome, outputs }],
});
const run: RunResult = {
  ...{ ...success, id: 3, workflow: "Deploy", event: "push", sha: "abc" },
  jobs: [job("success")],
};
const counts = { durationMs: 1000, requests: 220, failed: 0, p50Ms: 2, p99Ms: 9, failures: [] };
const phase = { service: "customer", ...counts };
const phases = [
  { ...phase, name: "before" },
  { ...phase, name: "after", failed: 1, p99Ms: 20, failures: ["http://x: HTTP 502"] },
  { ...phase, service: "employee", name: "before", durationMs: 2000 },
];
const step = {
  chapter: "provision",
  name: "create the stacks",
  ok: true,
  beganAtMs: 900,
  durationMs: 5,
  runs: [3],
};
const facts = {
  commit: "0123456789",
  startedAt: new Date(0),
  durationMs: 60_000,
  timeScale: 60,
  runtime: "docker" as const,
  steps: [step],
  notes: ["One task served 700 requests a second."],
  unfinished: [],
  runs: [run],
  resources: { readyMs: 9000, simulatorRssMb: 150.4 },
};

it("has the steps, the load, the deployments and the resources", () => {
  const report = makeReport(facts, phases);
  expect(report).toMatchObject({
    ok: true,
    durationMs: 60_000,
    runtime: "docker",
    steps: [step],
    load: { requests: 660, failed: 1, p50Ms: 2, p99Ms: 20, requestsPerSecond: 330 },
    resources: { readyMs: 9000, simulatorRssMb: 150.4 },
  });
  expect(report.deployments[0]).toEqual({
    service: "customer",
    through: "codedeploy",
    status: "succeeded",
    revisionBefore: outputs["revision-before"],
    revisionAfter: outputs["revision-after"],
    imageDigest: outputs["image-digest"],
    traffic: JSON.parse(outputs.traffic),
  });
});

it.each([
  ["passed: 1 check in 60 s", {}],
  [
    "failed: 1 of 2 checks: provision: create the stacks: no quota (see .lab/report/index.html)",
    { steps: [step, { ...step, ok: false, problem: "no quota\nat all" }] },
  ],
  [
    "failed: 0 of 1 checks (not finished: canary, cancel; see .lab/report/index.html)",
    { unfinished: ["canary", "cancel"] },
  ],
])("ends with: %s", (line, change) => {
  const report = makeReport({ ...facts, ...change }, phases);
  expect(verdict(report)).toBe(line);
  expect(report.ok).toBe(line.startsWith("passed"));
});

it("counts no deployment if the deploy step was not reached", () => {
  expect(deploymentsOf({ ...run, jobs: [job("skipped")] })).toEqual([]);
});

it("is one page with checks, load and runs, that loads nothing and escapes what it shows", () => {
  const records = createRunRecords();
  const name = "customer / deploy";
  const links = [{ text: "run", address: "https://github.com/rehearsal/x/actions/runs/3" }];
  records.notice({ type: "run-started", run: 3, workflow: "Deploy", event: "push", sha: "abc" });
  records.notice({ type: "job-started", run: 3, job: name });
  const error = { level: "error", message: "exited with code 1 | last\nwords" } as const;
  records.notice({ type: "annotation", run: 3, job: name, annotation: error });
  const summary = [{ ok: false, verdict: "web: <failed>", links }];
  records.notice({ type: "job-finished", run: 3, job: name, conclusion: "failure", durationMs: 9, summary });
  const steps = [{ ...step, name: "</style><b>", ok: false, problem: 'no "quota" & <nothing>' }];
  const page = reportHtml(makeReport({ ...facts, steps }, phases), records.parts());
  for (const part of [
    "<h1>Rehearsal of 0123456: failed</h1>",
    "failed: 1 of 1 checks",
    "Tasks ran in Docker&#39;s containers. AWS&#39;s waits passed 60 times faster",
    "One task served 700 requests a second.",
    '<td>0.9 s</td><td>0.0 s</td><td><a href="#run-3">run 3</a>',
    "no &#34;quota&#34; &#38; &#60;nothing&#62;",
    "660 requests at 330 a second to both services; 1 failed.",
    "<br>http://x: HTTP 502",
    '<section id="run-3">',
    "exited with code 1 | last\nwords",
    "✗</span> web: &#60;failed&#62;</h3>",
    '<a href="#run-3" rel="noreferrer">run</a>',
    '<a href="../logs/run-3-customer-deploy.log">',
  ])
    expect(page).toContain(part);
  expect(page).not.toMatch(/<script|<link|<img|url\(|style=|<b>/);
});

it("claims no time scale where the simulator did not start", () => {
  const report = makeReport({ ...facts, runtime: undefined, timeScale: 1 }, []);
  expect(reportHtml(report)).toContain("The simulated AWS did not start.");
  expect(reportHtml(report)).not.toContain("times faster");
});

it("shows a notice of several jobs once", () => {
  const annotation = { level: "notice", message: "a notice" } as const;
  const isRepeated = createRepeatFilter();
  const found = [1, 1, 2].map((run) => isRepeated({ type: "annotation", run, job: "a", annotation }));
  expect(found).toEqual([false, true, false]);
});
