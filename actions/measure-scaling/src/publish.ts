import { cardMarkdown } from "../../shared/card.ts";
import { revisionPage, runCommit } from "../../shared/console.ts";
import { shortRevision } from "../../shared/ecs/revision.ts";
import { formatMs, formatNumber, formatPercent, formatRate } from "../../shared/load/format.ts";
import { counted, escapeText, fold, markdownTable, xyChart } from "../../shared/summary.ts";
import { type CurvePoint, formatCost, type MeasuredPoint, type Scaling } from "./scaling.ts";

/** Returns the job summary: recommendation first, then table and chart, then the limits of the figures. */
export function scalingMarkdown(scaling: Scaling): string {
  const { service, measured, failed, recommendation } = scaling;
  const [first] = measured;
  return cardMarkdown({
    ok: failed.length === 0,
    verdict: `Scaling${service ? ` of ${service}` : ""}: ${measured.length} of ${scaling.points.length} counts measured`,
    body: `**${escapeText(recommendation)}**\n\n${table(scaling)}`,
    links: [...revisionPage("task definition", first?.tasks.revision ?? ""), ...runCommit()],
    folds: [fold("Chart", scalingChart(measured)), fold("How to read these figures", notes(scaling))],
  });
}

const columns = [
  "Tasks",
  "Requests/s",
  "Ideal",
  "Efficiency",
  "p50",
  "p95",
  "p99",
  "Errors",
  "USD per million requests",
];

function table({ points, knee }: Scaling): string {
  return markdownTable(
    columns,
    points.map((point) => row(point, point === knee)),
  );
}

function row(point: CurvePoint, isKnee: boolean): string[] {
  const count = `${point.taskCount}${isKnee ? " ⟵ knee" : ""}`;
  if (point.status === "failed") return [count, `❌ ${point.why}`, ...columns.slice(2).map(() => "–")];
  const { load, idealPerSecond, efficiency, usdPerMillion } = point;
  return [
    count,
    formatNumber(load.answeredPerSecond),
    formatNumber(idealPerSecond),
    formatPercent(efficiency),
    formatMs(load.p50Ms),
    formatMs(load.p95Ms),
    formatMs(load.p99Ms),
    formatPercent(load.errorRate),
    usdPerMillion === undefined ? "–" : formatCost(usdPerMillion),
  ];
}

function notes({ measured, knee, priceList }: Scaling): string {
  const [first] = measured;
  if (!first) return "";
  return [
    `- Throughput counts requests with an expected response. Ideal is ${formatRate(first.idealPerSecond / first.taskCount)} for each task, as measured at ${counted(first.taskCount, "task")}.`,
    kneeNote(measured, knee),
    costNote(first, priceList),
    `- ${howMeasured(first)}`,
  ].join("\n");
}

function kneeNote(measured: readonly MeasuredPoint[], knee: MeasuredPoint | undefined): string {
  const rule =
    "the last count before each added task serves less than half of what a task of the first count does";
  if (knee) return `- The knee, ${rule}, is at ${counted(knee.taskCount, "task")}.`;
  if (measured.length < 2) return `- A knee (${rule}) needs at least two counts.`;
  return `- There is no knee (${rule}) in these counts.`;
}

function costNote({ tasks }: MeasuredPoint, { region, date }: Scaling["priceList"]): string {
  const { vcpu, memoryGb, architecture } = tasks.size;
  if (tasks.capacity !== "FARGATE")
    return `- The tasks run on ${escapeText(tasks.capacity)}, which has no price per task: no cost is shown.`;
  const address = tasks.publicAddress ? " and its public IPv4 address" : "";
  return `- The cost is for Fargate tasks with ${vcpu} vCPU and ${memoryGb} GB (${architecture}) each${address}, always busy, at the list prices of ${region} on ${date}. It does not include the load balancer, data transfer, database, logs and idle time.`;
}

function howMeasured({ load, tasks }: MeasuredPoint): string {
  const loop = load.loop === "closed" ? "connections that send after each response" : "a rate";
  return `${shortRevision(tasks.revision)}, loaded by ${counted(load.generators, "generator")} with ${loop}, ${Math.round(load.durationMs / 1000)} s at the first count.`;
}

/** Draws measured and ideal throughput as a chart for GitHub. A curve needs two points. */
function scalingChart(points: readonly MeasuredPoint[]): string {
  if (points.length < 2) return "";
  const values = (pick: (point: MeasuredPoint) => number) => points.map((point) => pick(point).toFixed(1));
  const highest = Math.max(
    ...points.flatMap(({ load, idealPerSecond }) => [load.answeredPerSecond, idealPerSecond]),
  );
  return xyChart({
    title: "Requests per second: measured (bars) and ideal (line)",
    x: `"tasks" [${points.map(({ taskCount }) => taskCount).join(", ")}]`,
    y: `"requests per second" 0 --> ${Math.ceil(highest * 1.1)}`,
    series: [
      { colour: "green", kind: "bar", values: values(({ load }) => load.answeredPerSecond) },
      { colour: "grey", values: values(({ idealPerSecond }) => idealPerSecond) },
    ],
  });
}
