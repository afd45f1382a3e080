import { cardMarkdown } from "../../shared/card.ts";
import { revisionPage, runCommit } from "../../shared/console.ts";
import { shortRevision } from "../../shared/ecs/revision.ts";
import { formatMs, formatNumber, formatPercent, formatRate } from "../../shared/load/format.ts";
import { counted, escapeText, fold, markdownTable, xyChart } from "../../shared/summary.ts";
import { formatCost, type MeasuredPoint, type Scaling } from "./scaling.ts";

/** Returns the job summary: recommendation first, then table and chart, then the limits of the figures. */
export function scalingMarkdown(scaling: Scaling): string {
  const { service, points, measured, failed, recommendation } = scaling;
  const revision = measured[0]?.tasks.revision ?? "";
  return cardMarkdown({
    ok: failed.length === 0,
    verdict: `Scaling${service ? ` of ${service}` : ""}: ${measured.length} of ${points.length} counts measured`,
    body: `**${escapeText(recommendation)}**\n\n${table(scaling)}`,
    links: [...revisionPage("task definition", revision), ...runCommit()],
    folds: [fold("Chart", scalingChart(measured)), fold("How to read these figures", notes(scaling))],
  });
}

function table({ points, knee }: Scaling): string {
  const columns = [
    "Requests/s",
    "Ideal",
    "Efficiency",
    "p50",
    "p95",
    "p99",
    "Errors",
    "USD per million requests",
  ];
  const rows = points.map((point) => {
    const count = `${point.taskCount}${point === knee ? " ⟵ knee" : ""}`;
    if (point.status === "failed") return [count, `❌ ${point.why}`, ...columns.slice(1).map(() => "–")];
    const { load, idealPerSecond, efficiency, usdPerMillion } = point;
    return [
      count,
      ...[load.answeredPerSecond, idealPerSecond].map(formatNumber),
      formatPercent(efficiency),
      ...[load.p50Ms, load.p95Ms, load.p99Ms].map(formatMs),
      formatPercent(load.errorRate),
      usdPerMillion === undefined ? "–" : formatCost(usdPerMillion),
    ];
  });
  return markdownTable(["Tasks", ...columns], rows);
}

function notes({ measured: [first], knee, priceList }: Scaling): string {
  if (!first) return "";
  const { load, tasks } = first;
  const where = knee ? counted(knee.taskCount, "task") : "not in these counts";
  const loop = load.loop === "closed" ? "connections that send after each response" : "a rate";
  const lines = [
    `Throughput counts requests with an expected response. Ideal is ${formatRate(first.idealPerSecond / first.taskCount)} for each task, as measured at ${counted(first.taskCount, "task")}.`,
    `The knee is the last count before each added task serves less than half of what a task of the first count does: ${where}.`,
    costNote(first, priceList),
    `${shortRevision(tasks.revision)}, loaded by ${counted(load.generators, "generator")} with ${loop}, ${Math.round(load.durationMs / 1000)} s at the first count.`,
  ];
  return lines.map((line) => `- ${escapeText(line)}`).join("\n");
}

function costNote({ tasks }: MeasuredPoint, { region, date }: Scaling["priceList"]): string {
  const { vcpu, memoryGb, architecture } = tasks.size;
  if (tasks.capacity !== "FARGATE")
    return `The tasks run on ${tasks.capacity}, which has no price per task: no cost is shown.`;
  const address = tasks.publicAddress ? " and its public IPv4 address" : "";
  return `The cost is for Fargate tasks with ${vcpu} vCPU and ${memoryGb} GB (${architecture}) each${address}, always busy, at the list prices of ${region} on ${date}. It does not include the load balancer, data transfer, database, logs and idle time.`;
}

/** Draws measured and ideal throughput as a chart for GitHub. A curve needs two points. */
function scalingChart(points: readonly MeasuredPoint[]): string {
  if (points.length < 2) return "";
  const measured = points.map(({ load }) => load.answeredPerSecond);
  const ideal = points.map(({ idealPerSecond }) => idealPerSecond);
  const values = (numbers: readonly number[]) => numbers.map((number) => number.toFixed(1));
  return xyChart({
    title: "Requests per second: measured (bars) and ideal (line)",
    x: `"tasks" [${points.map(({ taskCount }) => taskCount).join(", ")}]`,
    y: `"requests per second" 0 --> ${Math.ceil(Math.max(...measured, ...ideal) * 1.1)}`,
    series: [
      { colour: "green", kind: "bar", values: values(measured) },
      { colour: "grey", values: values(ideal) },
    ],
  });
}
