import type { Card, Part } from "../../core/card.ts";
import { revisionPage, runCommit } from "../../core/console.ts";
import type { Diagram } from "../../core/diagrams.ts";
import { codeBlock, counted, escapeText, markdownTable } from "../../core/summary.ts";
import { shortRevision } from "../../ecs/revision.ts";
import { formatMs, formatNumber, formatPercent, formatRate } from "../../load/format.ts";
import { formatCost, type MeasuredPoint, type Scaling } from "./scaling.ts";
import { limitOf, type ScalingLaw, throughputAt } from "./scaling-laws.ts";

/** Returns the job summary: the limits of the figures, the recommendation, table and chart. */
export function scalingSummary(scaling: Scaling): Card {
  const { service, points, measured, failed, recommendation } = scaling;
  const revision = measured[0]?.tasks.revision ?? "";
  return {
    ok: failed.length === 0,
    verdict: `Scaling${service ? ` of ${service}` : ""}: ${measured.length} of ${points.length} counts measured`,
    notes: [...notes(measured, scaling.priceList), ...describeLaws(scaling.laws)],
    body: `**${escapeText(recommendation)}**\n\n${table(scaling)}`,
    links: [...revisionPage("task definition", revision), ...runCommit()],
    folds: [scalingChart(scaling), curveData(scaling)],
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

/** States each fitted law, with the highest throughput that it predicts. */
function describeLaws({ amdahl, usl }: Scaling["laws"]): string[] {
  const contention = (law: ScalingLaw) => formatPercent(law.contention);
  const limit = (law: ScalingLaw) => {
    const { tasks, perSecond } = limitOf(law);
    if (perSecond === Number.POSITIVE_INFINITY) return "without a limit";
    if (tasks === Number.POSITIVE_INFINITY) return `never above ${formatRate(perSecond)}`;
    return `at most ${formatRate(perSecond)}, with ${counted(tasks, "task")}`;
  };
  return [
    ...(amdahl
      ? [`Amdahl's law fits best with a serial part of ${contention(amdahl)}: ${limit(amdahl)}.`]
      : []),
    ...(usl
      ? [
          `The Universal Scalability Law fits best with contention ${contention(usl)} and coherency ${formatPercent(usl.coherency)}: ${limit(usl)}.`,
        ]
      : []),
  ];
}

/** Values of each curve at the measured counts; the ideal one and those of the fitted laws. */
function curvesOf({ measured, laws }: Scaling) {
  const values = (read: (point: MeasuredPoint) => number) =>
    measured.map((point) => Number(read(point).toFixed(1)));
  const along = (law: ScalingLaw | undefined) =>
    law && values(({ taskCount }) => throughputAt(law, taskCount));
  return {
    measured: values(({ load }) => load.answeredPerSecond),
    ideal: values(({ idealPerSecond }) => idealPerSecond),
    amdahl: along(laws.amdahl),
    usl: along(laws.usl),
  };
}

/** Draws the curves as a folded chart. A curve needs two points. */
function scalingChart(scaling: Scaling): Part {
  const { measured: points } = scaling;
  if (points.length < 2) return "";
  const { measured, ideal, amdahl, usl } = curvesOf(scaling);
  const chart: Diagram = {
    title: "Requests/s: measured (bars), ideal (grey), Amdahl (orange), USL (blue)",
    x: { unit: "tasks", to: points.map(({ taskCount }) => taskCount) },
    y: { unit: "requests per second", to: Math.ceil(Math.max(...measured, ...ideal) * 1.1) },
    series: [
      { colour: "green", kind: "bar", values: measured },
      { colour: "grey", values: ideal },
      ...(amdahl ? [{ colour: "orange" as const, values: amdahl }] : []),
      ...(usl ? [{ colour: "blue" as const, values: usl }] : []),
    ],
  };
  return { head: "Chart", parts: [chart] };
}

/** Lists the curves for a plot of one's own. */
function curveData(scaling: Scaling): Part {
  const { measured: points } = scaling;
  if (points.length < 2) return "";
  const { measured, ideal, amdahl = [], usl = [] } = curvesOf(scaling);
  const rows = points.map(({ taskCount }, index) =>
    [taskCount, measured[index], ideal[index], amdahl[index], usl[index]].join(),
  );
  return {
    head: "Data of the chart",
    parts: [codeBlock(["tasks,measured,ideal,amdahl,usl", ...rows].join("\n"), "csv")],
  };
}
