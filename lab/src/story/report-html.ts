import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { escapeHtml, Html } from "../../../live/browser/html.mjs";
import { seconds } from "./progress.ts";
import { type Deployment, logName, nameOf, type Report, speed, verdict } from "./report.ts";
import { deploymentChart, servicesOf, timeline } from "./report-timeline.ts";

const replay = readFileSync(new URL("./report-replay.mjs", import.meta.url), "utf8");
const style = readFileSync(new URL("./report.css", import.meta.url), "utf8");
const hashOf = (text: string) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
/** The page loads nothing; it runs its own script and no other. */
const policy = `default-src 'none'; script-src ${hashOf(replay)}; style-src ${hashOf(style)}; base-uri 'none'; form-action 'none'`;

/** Text is escaped; markup is not. */
type Cell = string | Html;
const markupOf = (cell: Cell) => (cell instanceof Html ? cell.markup : escapeHtml(cell));

/** Returns the report as one page without any other file or font. */
export function reportHtml(report: Report): string {
  const { load, resources } = report;
  const title = `Rehearsal of ${report.commit.slice(0, 7)}: ${report.ok ? "passed" : "failed"}`;
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>${style}</style>
<main>
<h1>${escapeHtml(title)}</h1>
<p class="verdict ${report.ok ? "good" : "bad"}">${escapeHtml(verdict(report))}</p>
<p>Ready to deploy after ${seconds(resources.readyMs)}. ${escapeHtml(speed(report))}
${load.requests} requests were sent to both services, ${load.requestsPerSecond.toFixed(0)} a second; ${load.failed} failed.</p>
${report.notes.map((note) => `<p>${escapeHtml(note)}</p>`).join("\n")}
<h2>The story</h2>
<p>Each service's chapters, and below them the share of the traffic that each new revision got.</p>
<div class="wide">${timeline(report)}</div>
${replayControls(report)}
<h2>Deployments</h2>
<div class="cards">${report.deployments.map(deploymentCard).join("\n")}</div>
<h2>Checks</h2>
${table(
  ["", "Chapter", "Check", "Took", "Logs"],
  report.steps.map((step) => [
    step.ok ? "✓" : "✗",
    step.chapter,
    step.problem === undefined ? step.name : `${step.name}: ${step.problem}`,
    seconds(step.durationMs),
    linksOfRuns(report, step.runs),
  ]),
)}
<h2>Load</h2>
${table(
  ["Service", "Phase", "Lasted", "Requests", "Failed", "Median", "99th percentile"],
  load.phases.map((phase) => [
    phase.service,
    phase.name,
    seconds(phase.durationMs),
    String(phase.requests),
    String(phase.failed),
    `${phase.p50Ms.toFixed(1)} ms`,
    `${phase.p99Ms.toFixed(1)} ms`,
  ]),
)}
<h2>Workflow runs</h2>
${table(
  ["Run", "Workflow", "Job", "Ended", "Took", "Logs"],
  report.runs.flatMap(({ id, workflow, jobs }) =>
    jobs.map((job) => [
      String(id),
      workflow,
      job.name,
      job.conclusion,
      seconds(job.durationMs),
      linksOfJob(id, job),
    ]),
  ),
)}
<p><a href="../report.json">report.json</a> and <a href="../report.md">report.md</a> have all of this.</p>
</main>
<script type="application/json" id="data">${replayData(report)}</script>
<script type="module">${replay}</script>
</html>
`;
}

/** Shown by the script: without it the timeline is a picture. */
function replayControls(report: Report): string {
  const rows = servicesOf(report).map(
    (service) =>
      `<tr><th scope="row">${service}</th><td id="chapter-${service}"></td><td><svg class="share" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true"><rect class="old" width="100" height="10"></rect><rect class="new" id="bar-${service}" width="0" height="10"></rect></svg></td><td id="share-${service}"></td></tr>`,
  );
  return `<div id="replay" hidden>
<p class="controls"><button type="button" id="play">Replay</button>
<label>Time <input type="range" id="at" min="0" max="${report.durationMs}" step="100"></label> <output id="clock"></output>
<label>Speed <select id="speed"><option value="1">1</option><option value="5" selected>5</option><option value="20">20</option></select></label></p>
<table><tbody>${rows.join("")}</tbody></table>
<p id="check"></p>
</div>`;
}

function replayData(report: Report): string {
  const data = {
    end: report.durationMs,
    services: servicesOf(report),
    chapters: report.chapters.map(({ name, services, beganAtMs, durationMs }) => ({
      ...{ name, services, from: beganAtMs, to: beganAtMs + durationMs },
    })),
    shifts: report.deployments.map(({ service, status, beganAtMs, durationMs, traffic }) => ({
      ...{ service, status, from: beganAtMs, to: beganAtMs + durationMs },
      shifts: traffic.map(({ atMs, green }) => ({ at: beganAtMs + atMs, green })),
    })),
    steps: report.steps.map((step) => ({
      ...{ name: nameOf(step), ok: step.ok, at: step.beganAtMs + step.durationMs },
    })),
  };
  // The text of a script ends at its end tag.
  return JSON.stringify(data).replaceAll("<", "\\u003c");
}

function deploymentCard(deployment: Deployment): string {
  const { service, status, through, deploymentId, revisionBefore, revisionAfter, cause } = deployment;
  const name = (arn: string) => arn.split("/").at(-1) ?? "";
  const way = through === "codepipeline" ? " by CodePipeline" : "";
  return `<article><h3>${escapeHtml(`${service}: ${status || "not begun"}`)}</h3>
<p>${escapeHtml(`${name(revisionBefore)} → ${name(revisionAfter)}`)}<br>${escapeHtml(`${deploymentId}${way}`)}, ${seconds(deployment.durationMs)}</p>
${deploymentChart(deployment)}
${cause ? `<p class="verdict bad">${escapeHtml(cause)}</p>` : ""}<p>${linksOf(deployment.run, deployment.job, true).markup}</p></article>`;
}

function linksOfRuns({ runs }: Report, ids: readonly number[]): Html {
  const jobs = runs
    .filter(({ id }) => ids.includes(id))
    .flatMap(({ id, jobs }) => jobs.map((job) => ({ id, job })));
  return new Html(
    jobs.map(({ id, job }) => `${escapeHtml(job.name)}: ${linksOfJob(id, job).markup}`).join("<br>"),
  );
}

const linksOfJob = (run: number, job: Report["runs"][number]["jobs"][number]) =>
  linksOf(run, job.name, job.summary !== "");

function linksOf(run: number, job: string, hasSummary: boolean): Html {
  const file = `../logs/${logName(run, job)}`;
  const log = `<a href="${escapeHtml(`${file}.log`)}">log</a>`;
  return new Html(hasSummary ? `${log}, <a href="${escapeHtml(`${file}.summary.md`)}">summary</a>` : log);
}

function table(head: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const row = (cells: readonly Cell[], tag: "th" | "td") =>
    `<tr>${cells.map((cell) => `<${tag}>${markupOf(cell)}</${tag}>`).join("")}</tr>`;
  const body = rows.map((cells) => row(cells, "td")).join("\n");
  return `<div class="wide"><table><thead>${row(head, "th")}</thead><tbody>\n${body}\n</tbody></table></div>`;
}
