import type { RunEvent, RunResult } from "../runner/result.ts";
import type { RefusedHosts } from "../sandbox/open-sandbox.ts";
import { plain } from "../story/progress.ts";
import type { Deployed } from "./deployed.ts";

/** The document of `--json`. A change of a field's meaning raises the version; new fields do not. */
export interface Outcome {
  version: 1;
  conclusion: "success" | "failure";
  /** The first reason for a failure, in one line. */
  cause?: string | undefined;
  commit: string;
  durationMs: number;
  runs: (Pick<RunResult, "workflow" | "event" | "conclusion" | "durationMs"> & { jobs: JobOutcome[] })[];
  services: Deployed[];
  /** Workflows that the rehearsal could not start, and why. */
  notStarted: { workflow: string; why: string }[];
  leftOut: { job: string; step: string; what: string; why: string }[];
  standInImages: { image: string; why: string }[];
  /** Hosts that steps did not reach, and why. */
  notReached: { host: string; why: string }[];
  /** Sentences about what happened to this machine meanwhile. */
  notes: string[];
  /** Sentences about what a green result does not prove. */
  notChecked: string[];
}

interface JobOutcome {
  name: string;
  conclusion: string;
  durationMs: number;
  errors: string[];
  steps: {
    name: string;
    conclusion: string;
    durationMs: number;
    skippedByRehearsal: boolean;
    log?: string;
  }[];
}

/** Lines of a failed step that are shown with it. */
const shownLines = 20;

/** Keeps the last lines of each step's log, and why hosts were not reached while a failed step ran. */
export function createTails(refused: RefusedHosts) {
  const tails = new Map<string, string[]>();
  const begins = new Map<string, number>();
  const hints = new Map<string, string[]>();
  return {
    notice(event: RunEvent) {
      if (event.type === "step-started") begins.set(`${event.run} ${event.job}`, Date.now());
      if (event.type === "step-finished" && event.conclusion === "failure") {
        const key = `${event.run} ${event.job}`;
        const since = begins.get(key) ?? 0;
        const found = [...refused.values()].flatMap(({ why, at }) => (at >= since ? [why] : []));
        hints.set(key, [...(hints.get(key) ?? []), ...found]);
      }
      if (event.type !== "log") return;
      const key = `${event.run} ${event.job} ${event.step}`;
      const lines = tails.get(key) ?? [];
      tails.set(key, [...lines, event.line].slice(-shownLines));
    },
    hintsOf: (run: number, job: string) => [...new Set(hints.get(`${run} ${job}`))],
    of: (run: number, job: string, step: string) => tails.get(`${run} ${job} ${step}`)?.join("\n") ?? "",
  };
}

export function describeRun(run: RunResult, tails: ReturnType<typeof createTails>): Outcome["runs"][number] {
  const { workflow, event, conclusion, durationMs } = run;
  const jobs = run.jobs.map((job) => ({
    name: job.name,
    conclusion: job.conclusion,
    durationMs: job.durationMs,
    errors: [
      ...job.annotations.flatMap(({ level, message }) => (level === "error" ? [plain(message)] : [])),
      ...tails.hintsOf(run.id, job.name),
    ],
    steps: job.steps.map((step) => ({
      name: step.name,
      conclusion: step.conclusion,
      durationMs: step.durationMs,
      skippedByRehearsal: job.leftOut.some((each) => each.step === step.name),
      ...(step.outcome === "failure" && { log: plain(tails.of(run.id, job.name, step.name)) }),
    })),
  }));
  return { workflow, event, conclusion, durationMs, jobs };
}

interface Case {
  name: string;
  durationMs: number;
  failure?: { message: string; text: string } | undefined;
  skipped?: string | undefined;
}

/** A test suite per job and a test case per step, as GitHub, GitLab and Jenkins read it. */
export function toJUnit({ runs, notStarted, conclusion }: Outcome): string {
  const suites = runs.flatMap(({ workflow, jobs }) =>
    jobs.map((job) => suiteOf(`${workflow} / ${job.name}`, job.durationMs, casesOf(job))),
  );
  const refused = notStarted.map(({ workflow, why }) => {
    const result = conclusion === "failure" ? { failure: { message: why, text: "" } } : { skipped: why };
    return suiteOf(workflow, 0, [{ name: "start", durationMs: 0, ...result }]);
  });
  const lines = [...suites, ...refused].join("\n");
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n${lines}\n</testsuites>\n`;
}

function casesOf({ steps, conclusion, errors }: JobOutcome): Case[] {
  const message = errors[0] ?? "it failed";
  const cases = steps.map(({ name, durationMs, log = "", ...step }) => ({
    ...{ name, durationMs },
    failure: step.conclusion === "failure" ? { message, text: [...errors, log].join("\n") } : undefined,
    skipped: step.conclusion === "success" ? skippedBy(step) : step.conclusion,
  }));
  // A job may fail without a step, such as by an expression.
  const isShown = conclusion !== "failure" || cases.some(({ failure }) => failure);
  return isShown ? cases : [...cases, { name: "job", durationMs: 0, failure: { message, text: "" } }];
}

const skippedBy = (step: { skippedByRehearsal: boolean }) =>
  step.skippedByRehearsal ? "skipped by the rehearsal" : undefined;

function suiteOf(name: string, durationMs: number, cases: readonly Case[]): string {
  const failed = cases.filter(({ failure }) => failure).length;
  const skipped = cases.filter((each) => each.skipped && !each.failure).length;
  const tag = (element: string, attributes: object, content?: string) => {
    const texts = Object.entries(attributes).map(([key, value]) => ` ${key}="${escapeXml(String(value))}"`);
    return `<${element}${texts.join("")}${content === undefined ? "/>" : `>${content}</${element}>`}`;
  };
  const lines = cases.map((each) => {
    const { failure, skipped: why } = each;
    const time = seconds(each.durationMs);
    const problem = failure && tag("failure", { message: failure.message }, escapeXml(failure.text));
    const skip = why && tag("skipped", { message: why });
    return `    ${tag("testcase", { classname: name, name: each.name, time }, problem ?? skip ?? "")}`;
  });
  const counts = { tests: cases.length, failures: failed, skipped, time: seconds(durationMs) };
  return `  ${tag("testsuite", { name, ...counts }, `\n${lines.join("\n")}\n  `)}`;
}

const seconds = (ms: number) => (ms / 1000).toFixed(3);

const entities: Readonly<Record<string, string>> = { "<": "&lt;", ">": "&gt;", "&": "&amp;", '"': "&quot;" };

const escapeXml = (text: string) => plain(text).replace(/[<>&"]/g, (character) => entities[character] ?? "");
