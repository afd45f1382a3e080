import { describe, expect, it } from "vitest";
import type { JobResult, RunResult } from "../runner/result.ts";
import { createRepeatFilter } from "./follow-runs.ts";
import { deploymentsOf, makeReport, verdict } from "./report.ts";
import { reportHtml } from "./report-html.ts";
import { reportMarkdown } from "./write-report.ts";

function job(name: string, outputs: Record<string, string>, more: Partial<JobResult> = {}): JobResult {
  const deploy = {
    id: "deploy",
    name: "Deploy",
    conclusion: "success",
    outcome: "success",
    outputs,
    beganAtMs: 30_000,
    durationMs: 9000,
  } as const;
  return {
    name,
    conclusion: "success",
    outputs: {},
    steps: [deploy],
    annotations: [],
    summary: "",
    permissions: {},
    executed: [],
    durationMs: 12_000,
    ...more,
  };
}

const outputs = {
  status: "succeeded",
  cause: "",
  "deployment-id": "d-1",
  "revision-before": "arn:aws:ecs:us-east-1:123456789012:task-definition/customer-microservice:1",
  "revision-after": "arn:aws:ecs:us-east-1:123456789012:task-definition/customer-microservice:2",
  "image-digest": "sha256:1",
  traffic: '[{"atMs":0,"blue":100,"green":0},{"atMs":2000,"blue":0,"green":100}]',
};
const error = { level: "error", message: "exited with code 1 | last\nwords" } as const;
const run: RunResult = {
  id: 3,
  workflow: "Deploy",
  event: "push",
  sha: "abc",
  conclusion: "failure",
  jobs: [
    job("customer / deploy", outputs),
    job(
      "employee / deploy",
      { status: "failed", cause: "a | b" },
      { conclusion: "failure", annotations: [error] },
    ),
  ],
  durationMs: 20_000,
};
const phase = {
  service: "customer",
  durationMs: 1000,
  requests: 220,
  failed: 0,
  p50Ms: 2,
  p99Ms: 9,
  failures: [],
};
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
  chapters: [
    { name: "provision", services: ["customer", "employee"] as const, beganAtMs: 900, durationMs: 5100 },
  ],
  steps: [step],
  notes: ["One task served 700 requests a second."],
  unfinished: [],
  phases: [
    { ...phase, name: "before" },
    { ...phase, name: "after", failed: 1, p99Ms: 20, failures: ["http://x: HTTP 502"] },
    { ...phase, service: "employee", name: "before", durationMs: 2000 },
  ],
  runs: [run],
  readyMs: 9000,
  simulatorRssMb: 150.4,
};

describe("the report", () => {
  it("has the steps, the load, the deployments and the resources", () => {
    const report = makeReport(facts);
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
      engine: "codedeploy",
      through: "codedeploy",
      deploymentId: "d-1",
      status: "succeeded",
      cause: "",
      revisionBefore: outputs["revision-before"],
      revisionAfter: outputs["revision-after"],
      imageDigest: "sha256:1",
      traffic: [
        { atMs: 0, blue: 100, green: 0 },
        { atMs: 2000, blue: 0, green: 100 },
      ],
      run: 3,
      job: "customer / deploy",
      beganAtMs: 30_000,
      durationMs: 9000,
    });
  });

  it("claims no time scale where the simulator did not start", () => {
    const report = makeReport({ ...facts, runtime: undefined, timeScale: 1 });
    expect(reportMarkdown(report)).toContain("The simulated AWS did not start. No task ran;");
    expect(reportHtml(report)).toContain("The simulated AWS did not start.");
    for (const text of [reportMarkdown(report), reportHtml(report)])
      expect(text).not.toContain("times faster");
  });

  it.each([
    ["passed: 1 check in 60 s", {}],
    [
      "failed: 1 of 2 checks: provision: create the stacks: no quota (see .lab/report.md)",
      { steps: [step, { ...step, ok: false, problem: "no quota\nat all" }] },
    ],
    [
      "failed: 0 of 1 checks (not finished: canary, cancel; see .lab/report.md)",
      { unfinished: ["canary", "cancel"] },
    ],
  ])("ends with: %s", (line, change) => {
    const report = makeReport({ ...facts, ...change });
    expect(verdict(report)).toBe(line);
    expect(report.ok).toBe(line.startsWith("passed"));
  });

  it("counts no deployment if the deploy step was not reached", () => {
    const skipped = job("customer / deploy", {});
    for (const step of skipped.steps) step.outcome = "skipped";
    expect(deploymentsOf({ ...run, jobs: [skipped] })).toEqual([]);
  });

  it("reads as markdown", () => {
    const text = reportMarkdown(makeReport(facts));
    for (const part of [
      "# Rehearsal of 0123456: passed",
      "**passed: 1 check in 60 s**",
      "| ✓ | provision | create the stacks | 0.0 s |",
      "One task served 700 requests a second.",
      "| provision | customer, employee | 0.9 s | 5.1 s |",
      "Tasks ran in Docker's containers",
      "660 requests at 330 a second over both services, **1 failed**",
      "| customer | after | 1.0 s | 220 | 1 | 2.0 ms | 20.0 ms |",
      "- http://x: HTTP 502",
      "`customer-microservice:1` → `customer-microservice:2`",
      '  x-axis "seconds" [0.0, 2.0]\n  y-axis "percent" 0 --> 100\n  line [100, 0]\n  line [0, 100]',
      "| cause | a \\| b |",
      "- **error** in run 3, employee / deploy: exited with code 1 | last words",
    ])
      expect(text).toContain(part);
  });

  it("is one HTML page that loads nothing and escapes what it shows", () => {
    const problem = 'no "quota" & <nothing>';
    const name = "</script><b>";
    const page = reportHtml(makeReport({ ...facts, steps: [{ ...step, name, ok: false, problem }] }));
    expect(page).toContain("no &#34;quota&#34; &#38; &#60;nothing&#62;");
    expect(page).toContain("failed: 1 of 1 checks");
    expect(page).not.toMatch(/<script[^>]* src|<link|<img|url\(|style=/);
    expect(page).not.toContain(name);
  });

  it("shows a shift as steps, and links to the log and the summary of its job", () => {
    const page = reportHtml(makeReport(facts));
    // All at once: 0 percent until 2 of 9 seconds, then 100.
    expect(page).toContain('d="M0.0 90.0H0.0V90.0H71.1V0.0H320.0V90.0Z"');
    expect(page).toContain('<a href="../logs/run-3-customer-deploy.log">log</a>');
    expect(page).toContain('<a href="../logs/run-3-customer-deploy.summary.md">summary</a>');
  });
});

it("shows a notice of several jobs once", () => {
  const notice = { level: "notice", message: "a notice" } as const;
  const jobs = run.jobs.flatMap((job) => [job, job]).map((job) => ({ ...job, annotations: [notice] }));
  expect(reportMarkdown(makeReport({ ...facts, runs: [{ ...run, jobs }] })).match(/a notice/g)).toHaveLength(
    1,
  );
  const isRepeated = createRepeatFilter();
  const found = [1, 1, 2].map((run) => isRepeated({ type: "annotation", run, job: "a", annotation: notice }));
  expect(found).toEqual([false, true, false]);
});
