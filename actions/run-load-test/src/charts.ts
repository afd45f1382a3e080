import { addHistograms, decodeHistogram, percentileOf } from "../../shared/load/histogram.ts";
import type { Interval, LoadReport } from "../../shared/load/report.ts";
import { xyChart } from "../../shared/summary.ts";

/** Enough to see a few seconds in some minutes, and few enough to stay legible as text. */
const mostPoints = 60;
/** The first and last seconds are partial: the rate of a few milliseconds would be a spike. */
const leastOfSecondMs = 500;

interface Point {
  readonly requestsPerSecond: number;
  readonly failedPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/**
 * Draws throughput, latency and failures, if any, over time; the titles explain the lines. Empty for a test of a second
 * or two.
 */
export function chartsOf(report: LoadReport): string {
  const seconds = report.timeline.filter(({ durationMs }) => durationMs >= leastOfSecondMs);
  if (seconds.length < 2) return "";
  const points = gather(seconds);
  const chart = (title: string, unit: string, lines: readonly Line[]) => {
    // Leaves space above the highest value, even if that is zero.
    const top = Math.max(...lines.flatMap(([, pick]) => points.map(pick))) * 1.1 || 1;
    return xyChart({
      title,
      x: `"seconds" 0 --> ${seconds.length}`,
      y: `"${unit}" 0 --> ${Number(top.toPrecision(3))}`,
      series: lines.map(([colour, pick]) => ({
        colour,
        values: points.map((point) => Number(pick(point).toPrecision(3))),
      })),
    });
  };
  return [
    chart("Requests per second", "requests/s", [["green", (point) => point.requestsPerSecond]]),
    chart("Latency: p99 in orange, median in blue", "ms", [
      ["orange", (point) => point.p99Ms],
      ["blue", (point) => point.p50Ms],
    ]),
    report.failed > 0 &&
      chart("Failed requests per second", "failed/s", [["red", (point) => point.failedPerSecond]]),
  ]
    .filter(Boolean)
    .join("\n\n");
}

type Line = readonly [
  colour: Parameters<typeof xyChart>[0]["series"][number]["colour"],
  pick: (point: Point) => number,
];

/** Combines as many seconds into each point as necessary. */
function gather(seconds: readonly Interval[]): Point[] {
  const size = Math.ceil(seconds.length / mostPoints);
  const points: Point[] = [];
  for (let at = 0; at < seconds.length; at += size) points.push(pointOf(seconds.slice(at, at + size)));
  return points;
}

function pointOf(seconds: readonly Interval[]): Point {
  const sum = (pick: (second: Interval) => number) =>
    seconds.reduce((total, second) => total + pick(second), 0);
  const inSeconds = sum(({ durationMs }) => durationMs) / 1000;
  const histogram = decodeHistogram(addHistograms(seconds.map((second) => second.histogram)));
  return {
    requestsPerSecond: sum(({ requests }) => requests) / inSeconds,
    failedPerSecond: sum(({ failed }) => failed) / inSeconds,
    p50Ms: percentileOf(histogram, 50),
    p99Ms: percentileOf(histogram, 99),
  };
}
