import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createContext } from "@ecs-delivery/live/browser/frame";
import { Html, html } from "@ecs-delivery/live/browser/html";
import { runView } from "../page/browser/runs.mjs";
import type { RunResult } from "../runner/result.ts";
import { seconds } from "./progress.ts";
import type { StoryRecorder } from "./record-steps.ts";
import type { Rehearsal } from "./rehearsal.ts";
import { logName, makeReport, type Report, type ServicePhase, verdict } from "./report.ts";

export interface Measured {
  readyMs: number;
  phases: ServicePhase[];
  /** Chapters that have not reached their end. */
  unfinished: Set<string>;
}

/** Writes the report for programs, and as a page for readers. Undefined is a rehearsal that did not start. */
export async function reportRehearsal(
  directory: string,
  rehearsal: Rehearsal | undefined,
  { steps, notes }: StoryRecorder,
  { readyMs, phases, unfinished }: Measured,
): Promise<Report> {
  const simulatorRssMb = await rehearsal?.simulator.peakResidentMb();
  const facts = {
    ...{ steps, notes, unfinished: [...unfinished], resources: { readyMs, simulatorRssMb } },
    commit: rehearsal?.repository.head ?? "",
    // `performance` counts from the start of the process, which is when the user entered the command.
    startedAt: new Date(performance.timeOrigin),
    durationMs: performance.now(),
    timeScale: rehearsal?.timeScale ?? 1,
    runtime: rehearsal?.runtime,
    runs: rehearsal?.runs ?? [],
  };
  const report = makeReport(facts, phases);
  await mkdir(join(directory, "report"), { recursive: true });
  await writeFile(join(directory, "report.json"), `${JSON.stringify(report, null, 2)}\n`);
  await writeFile(join(directory, "report", "index.html"), reportHtml(report, rehearsal?.records.parts()));
  return report;
}

const files = [
  new URL("../../../live/browser/page.css", import.meta.url),
  new URL("../../../live/browser/cards.css", import.meta.url),
  new URL("../page/browser/runs.css", import.meta.url),
];
const style = files
  .map((file) => readFileSync(file, "utf8"))
  .join("\n")
  .concat("main { display: grid; gap: 24px; max-width: 75rem; margin: 0 auto; padding: 20px; }\n");
const hash = createHash("sha256").update(style).digest("base64");
/** The page loads nothing and runs nothing. */
const policy = `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`;

const tasks = { docker: "Tasks ran in Docker's containers", process: "Tasks ran as processes" };

/**
 * @internal Returns the report as one page without any other file or font: the checks, the load, and each workflow run as the
 * live page shows it.
 * @param parts of the live page about workflow runs
 */
export function reportHtml(report: Report, parts: ReadonlyMap<string, unknown> = new Map()): string {
  const { ok, commit, runtime, timeScale, resources, load, notes, runs } = report;
  const title = `Rehearsal of ${commit.slice(0, 7)}: ${ok ? "passed" : "failed"}`;
  const memory = resources.simulatorRssMb?.toFixed(0);
  return html`<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${new Html(style)}</style>
<main>
<h1>${title}</h1>
<p class="notice ${ok ? "good" : "bad"}" role="status"><strong>${verdict(report)}</strong></p>
<p>${runtime ? `${tasks[runtime]}. AWS's waits passed ${timeScale} times faster than on AWS. ` : "The simulated AWS did not start. "}
Ready to deploy after ${seconds(resources.readyMs)}. ${memory && `The simulated AWS needed ${memory} MB at most.`}</p>
${notes.map((note) => html`<p>${note}</p>`)}
<section class="card"><h2>Checks</h2>${checks(report)}</section>
${
  load.phases.length > 0 &&
  html`<section class="card"><h2>Load</h2>
<p>${load.requests} requests at ${load.requestsPerSecond.toFixed(0)} a second to both services; ${load.failed} failed.</p>${phases(report)}</section>`
}
${runs.toSorted((one, other) => one.id - other.id).map((run) => html`<section id="run-${run.id}">${showRun(run, parts)}</section>`)}
<p><a href="../report.json">report.json</a> has all of this for programs, and <a href="../logs/">logs</a> the logs and summaries of all jobs.</p>
</main>
</html>
`.toString();
}

function showRun({ id, jobs }: RunResult, parts: ReadonlyMap<string, unknown>): Html {
  const context = createContext({ language: "en", now: Date.now(), path: "", search: "" });
  const logOf = (job: number) => `../logs/${logName(id, jobs[job]?.name ?? "")}.log`;
  // Pages of the lab are gone with it.
  const markup = `${runView(parts, id, context, logOf)}`
    .replace(/ href="\/runs\/(\d+)"/g, ' href="#run-$1"')
    .replace(/ href="\/[^"]*"/g, "");
  return new Html(markup);
}

function checks({ steps, unfinished }: Report): Html {
  const rows = steps.map(({ ok, chapter, name, problem, beganAtMs, durationMs, runs }) => {
    const links = runs.map((run) => html`<a href="#run-${run}">run ${run}</a> `);
    const cause = problem && html`<br><strong>${problem}</strong>`;
    return [ok ? "✓" : "✗", chapter, html`${name}${cause}`, seconds(beganAtMs), seconds(durationMs), links];
  });
  const rest = unfinished.length > 0 && html`<p>Not finished: ${unfinished.join(", ")}.</p>`;
  return html`${rest}${table(["", "Chapter", "Check", "Began after", "Took", "Workflow"], rows)}`;
}

function phases({ load }: Report): Html {
  const measured = load.phases.filter(({ requests }) => requests > 0);
  const rows = measured.map(({ service, name, durationMs, requests, failed, p50Ms, p99Ms, failures }) => [
    ...[
      service,
      html`${name}${failures.map((failure) => html`<br>${failure}`)}`,
      seconds(durationMs),
      requests,
    ],
    ...[failed, `${p50Ms.toFixed(1)} ms`, `${p99Ms.toFixed(1)} ms`],
  ]);
  return table(["Service", "Phase", "Lasted", "Requests", "Failed", "Median", "99th percentile"], rows);
}

function table(head: readonly string[], rows: readonly (readonly unknown[])[]): Html {
  const body = rows.map((cells) => html`<tr>${cells.map((cell) => html`<td>${cell}</td>`)}</tr>\n`);
  return html`<div class="scroll"><table><thead><tr>${head.map((each) => html`<th>${each}</th>`)}</tr></thead><tbody>${body}</tbody></table></div>`;
}
