import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { seconds } from "./progress.ts";
import { type Deployment, type Report, speed, verdict } from "./report.ts";
import { reportHtml } from "./report-html.ts";

/** Writes the report for programs, for readers of text, and as a page. */
export async function writeReport(directory: string, report: Report): Promise<void> {
  await mkdir(join(directory, "report"), { recursive: true });
  await writeFile(join(directory, "report.json"), `${JSON.stringify(report, null, 2)}\n`);
  await writeFile(join(directory, "report.md"), reportMarkdown(report));
  await writeFile(join(directory, "report", "index.html"), reportHtml(report));
}

const tasks = {
  docker: "Tasks ran in Docker's containers",
  process: "Tasks ran as processes",
  none: "No task ran",
};

/** The report for a reader: the checks, the load, each deployment with its traffic. */
export function reportMarkdown(report: Report): string {
  const { resources, load } = report;
  const memory = resources.simulatorRssMb === null ? "unknown" : `${resources.simulatorRssMb.toFixed(0)} MB`;
  return [
    `# Rehearsal of ${report.commit.slice(0, 7)}: ${report.ok ? "passed" : "failed"}`,
    "",
    `**${oneLine(verdict(report))}**`,
    "",
    `${seconds(report.durationMs)} in all, ready to deploy after ${seconds(resources.readyMs)}. ${speed(report)} ` +
      `${tasks[report.runtime ?? "none"]}; the simulator held ${memory} at most.`,
    "",
    "## Story",
    "",
    "| | chapter | step | took |",
    "|---|---|---|---:|",
    ...report.steps.map(
      (step) =>
        `| ${step.ok ? "✓" : "✗"} | ${step.chapter} | ${cell(describe(step))} | ${seconds(step.durationMs)} |`,
    ),
    "",
    ...report.notes.flatMap((note) => [note, ""]),
    ...(report.unfinished.length === 0 ? [] : [`Not finished: ${report.unfinished.join(", ")}.`, ""]),
    "## Where the time went",
    "",
    "Chapters of different services run at the same time.",
    "",
    "| chapter | services | began after | took |",
    "|---|---|---:|---:|",
    ...report.chapters.map(
      ({ name, services, beganAtMs, durationMs }) =>
        `| ${name} | ${services.join(", ")} | ${seconds(beganAtMs)} | ${seconds(durationMs)} |`,
    ),
    "",
    "## Load",
    "",
    `${load.requests} requests at ${load.requestsPerSecond.toFixed(0)} a second over both services, ` +
      `**${load.failed} failed**, counted by the load generator.`,
    "",
    "| service | phase | lasted | requests | failed | p50 | p99 |",
    "|---|---|---:|---:|---:|---:|---:|",
    ...load.phases.map(
      (phase) =>
        `| ${phase.service} | ${cell(phase.name)} | ${seconds(phase.durationMs)} | ${phase.requests} | ${phase.failed} | ` +
        `${phase.p50Ms.toFixed(1)} ms | ${phase.p99Ms.toFixed(1)} ms |`,
    ),
    ...load.phases.flatMap((phase) => phase.failures).map((failure) => `- ${failure}`),
    "",
    "## Deployments",
    "",
    ...report.deployments.flatMap(describeDeployment),
    "## Workflow runs",
    "",
    "| run | workflow | job | ended | took |",
    "|---:|---|---|---|---:|",
    ...report.runs.flatMap((run) =>
      run.jobs.map(
        (job) =>
          `| ${run.id} | ${cell(run.workflow)} | ${cell(job.name)} | ${job.conclusion} | ${seconds(job.durationMs)} |`,
      ),
    ),
    "",
    "The jobs' logs and summaries are in [logs](logs).",
    "",
    ...describeAnnotations(report),
  ].join("\n");
}

function describe(step: Report["steps"][number]): string {
  return step.problem === undefined ? step.name : `${step.name}: ${step.problem}`;
}

function describeDeployment(deployment: Deployment): string[] {
  const { service, deploymentId, status, run } = deployment;
  return [
    `### ${service}: ${status || "not begun"} (run ${run})`,
    "",
    "| | |",
    "|---|---|",
    `| deployment | \`${deploymentId || "none"}\`, CodeDeploy${deployment.through === "codepipeline" ? " through CodePipeline" : ""}, ${seconds(deployment.durationMs)} |`,
    `| revision | \`${shortArn(deployment.revisionBefore)}\` → \`${shortArn(deployment.revisionAfter)}\` |`,
    `| image | \`${deployment.imageDigest}\` |`,
    ...(deployment.cause ? [`| cause | ${cell(deployment.cause)} |`] : []),
    "",
    ...trafficChart(deployment),
  ];
}

/** Lines of a mermaid chart, percent of production traffic over seconds. */
function trafficChart({ traffic }: Deployment): string[] {
  if (traffic.length < 2) return [];
  return [
    "```mermaid",
    "xychart-beta",
    '  title "Production traffic: blue falls, green rises"',
    `  x-axis "seconds" [${traffic.map((point) => (point.atMs / 1000).toFixed(1)).join(", ")}]`,
    '  y-axis "percent" 0 --> 100',
    `  line [${traffic.map((point) => point.blue).join(", ")}]`,
    `  line [${traffic.map((point) => point.green).join(", ")}]`,
    "```",
    "",
  ];
}

function describeAnnotations(report: Report): string[] {
  const lines = report.runs.flatMap((run) =>
    run.jobs.flatMap((job) =>
      job.annotations.map(({ level, message }) => {
        const place = level === "notice" ? "" : ` in run ${run.id}, ${job.name}`;
        return `- **${level}**${place}: ${oneLine(message)}`;
      }),
    ),
  );
  return lines.length === 0 ? [] : ["## Annotations", "", ...new Set(lines), ""];
}

function shortArn(arn: string): string {
  return arn.split("/").at(-1) || "none";
}

function cell(text: string): string {
  return oneLine(text).replaceAll("|", "\\|");
}

function oneLine(text: string): string {
  return text.trim().replaceAll("\n", " ");
}
