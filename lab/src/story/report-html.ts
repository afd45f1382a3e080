import { seconds } from "./progress.ts";
import { type Deployment, type Report, speed, verdict } from "./report.ts";

/** Returns the report as one page without any other file, script or font. */
export function reportHtml(report: Report): string {
  const { load, resources } = report;
  const title = `Rehearsal of ${report.commit.slice(0, 7)}: ${report.ok ? "passed" : "failed"}`;
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>${style}</style>
<main>
<h1>${escapeHtml(title)}</h1>
<p class="verdict ${report.ok ? "passed" : "failed"}">${escapeHtml(verdict(report))}</p>
<p>Ready to deploy after ${seconds(resources.readyMs)}. ${escapeHtml(speed(report))}
${load.requests} requests were sent to both services, ${load.requestsPerSecond.toFixed(0)} a second; ${load.failed} failed.</p>
${report.notes.map((note) => `<p>${escapeHtml(note)}</p>`).join("\n")}
<h2>Checks</h2>
${table(
  ["", "Chapter", "Check", "Took"],
  report.steps.map(({ ok, chapter, name, problem, durationMs }) => [
    ok ? "✓" : "✗",
    chapter,
    problem === undefined ? name : `${name}: ${problem}`,
    seconds(durationMs),
  ]),
)}
<h2>Where the time went</h2>
${table(
  ["Chapter", "Services", "Began after", "Took"],
  report.chapters.map(({ name, services, beganAtMs, durationMs }) => [
    name,
    services.join(", "),
    seconds(beganAtMs),
    seconds(durationMs),
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
<h2>Deployments</h2>
${table(
  ["Service", "Ended", "Deployment", "From", "To", "Traffic of the new revision", "Cause"],
  report.deployments.map(deploymentRow),
)}
<h2>Workflow runs</h2>
${table(
  ["Run", "Workflow", "Job", "Ended", "Took"],
  report.runs.flatMap(({ id, workflow, jobs }) =>
    jobs.map((job) => [String(id), workflow, job.name, job.conclusion, seconds(job.durationMs)]),
  ),
)}
<p>The jobs' logs and summaries are in <a href="logs">logs</a>; <a href="report.json">report.json</a> has all of this.</p>
</main>
</html>
`;
}

function deploymentRow(deployment: Deployment): string[] {
  const { service, status, through, deploymentId, revisionBefore, revisionAfter, traffic, cause } =
    deployment;
  const way = through === "codepipeline" ? " by CodePipeline" : "";
  const name = (arn: string) => arn.split("/").at(-1) ?? "";
  const moves = traffic.map(({ atMs, green }) => `${green} % at ${seconds(atMs)}`);
  return [
    service,
    status || "not begun",
    `${deploymentId}${way}`,
    name(revisionBefore),
    name(revisionAfter),
    moves.join(", "),
    cause,
  ];
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const row = (cells: readonly string[], tag: "th" | "td") =>
    `<tr>${cells.map((cell) => `<${tag}>${escapeHtml(cell)}</${tag}>`).join("")}</tr>`;
  const body = rows.map((cells) => row(cells, "td")).join("\n");
  return `<div class="wide"><table><thead>${row(head, "th")}</thead><tbody>\n${body}\n</tbody></table></div>`;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}

const style = `
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; }
main { max-width: 70rem; margin: 0 auto; padding: 1.5rem; }
h2 { margin-top: 2rem; }
.verdict { padding: .75rem 1rem; border-left: .3rem solid; font-weight: 600; }
.passed { border-color: #2e7d32; }
.failed { border-color: #c62828; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { padding: .3rem .6rem; text-align: left; vertical-align: top; border-bottom: 1px solid #8885; }
`;
