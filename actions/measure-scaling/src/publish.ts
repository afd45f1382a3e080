import type { Card, Part } from "../../core/card.ts";
import { revisionPage, runCommit } from "../../core/console.ts";
import type { Diagram } from "../../core/diagrams.ts";
import { counted, escapeText, markdownTable } from "../../core/summary.ts";
import { shortRevision } from "../../ecs/revision.ts";
import { formatMs, formatNumber, formatPercent } from "../../load/format.ts";
import { formatCost, type MeasuredPoint, type Scaling } from "./scaling.ts";

/** Returns the job summary: the limits of the figures, the recommendation, table and chart. */
export function scalingSummary(scaling: Scaling): Card {
  const { service, points, measured, failed, recommendation } = scaling;
  const revision = measured[0]?.tasks.revision ?? "";
  return {
    ok: failed.length === 0,
    verdict: `Scaling${service ? ` of ${service}` : ""}: ${measured.length} of ${points.length} counts measured`,
    notes: notes(measured, scaling.priceList),
    body: `**${escapeText(recommendation)}**\n\n${table(scaling)}`,
    links: [...revisionPage("task definition", revision), ...runCommit()],
    folds: [scalingChart(measured)],
  };
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

/** States what the figures are about, and what the cost leaves out. */
function notes([first]: readonly MeasuredPoint[], { region, date }: Scaling["priceList"]): string[] {
  if (!first) return [];
  const { revision, size, capacity, publicAddress } = first.tasks;
  const generators = counted(first.load.generators, "generator");
  const measured = `Measured with ${shortRevision(revision)}, loaded by ${generators} in a ${first.load.loop} loop.`;
  if (capacity !== "FARGATE")
    return [measured, `The tasks run on ${capacity}, which has no price per task: no cost is shown.`];
  const task = `${size.vcpu} vCPU and ${size.memoryGb} GB (${size.architecture})`;
  const address = publicAddress ? " and its public IPv4 address" : "";
  return [
    measured,
    `The cost is for Fargate tasks with ${task} each${address}, always busy, at the list prices of ${region} on ${date}. It does not include the load balancer, data transfer, database, logs and idle time.`,
  ];
}

/** Draws measured and ideal throughput as a folded chart. A curve needs two points. */
function scalingChart(points: readonly MeasuredPoint[]): Part {
  if (points.length < 2) return "";
  const measured = points.map(({ load }) => load.answeredPerSecond);
  const ideal = points.map(({ idealPerSecond }) => idealPerSecond);
  const values = (numbers: readonly number[]) => numbers.map((number) => Number(number.toFixed(1)));
  const chart: Diagram = {
    title: "Requests per second: measured (bars) and ideal (line)",
    x: { unit: "tasks", to: points.map(({ taskCount }) => taskCount) },
    y: { unit: "requests per second", to: Math.ceil(Math.max(...measured, ...ideal) * 1.1) },
    series: [
      { colour: "green", kind: "bar", values: values(measured) },
      { colour: "grey", values: values(ideal) },
    ],
  };
  return { head: "Chart", parts: [chart] };
}
