import { addTimes, summarise } from "../../shared/load/counts.ts";
import type { Interval, LoadReport } from "../../shared/load/report.ts";
import { xyChart } from "../../shared/summary.ts";

/** Enough to see a few seconds in some minutes, and few enough to stay legible as text. */
const mostPoints = 60;
/** The first and last seconds are partial: the rate of a few milliseconds would be a spike. */
const leastOfSecondMs = 500;

/**
 * Draws throughput, latency and failures, if any, over time; the titles explain the lines. Empty for a test of a second
 * or two.
 */
export function chartsOf(report: LoadReport): string {
  const seconds = report.timeline.filter(({ durationMs }) => durationMs >= leastOfSecondMs);
  if (seconds.length < 2) return "";
  const points = gather(seconds).map((part) => summarise(addTimes(part)));
  const chart = (title: string, unit: string, series: readonly Series[]) => {
    // Leaves space above the highest value, even if that is zero.
    const top = Math.max(...series.flatMap(({ values }) => values)) * 1.1 || 1;
    const x = `"seconds" 0 --> ${seconds.length}`;
    return xyChart({ title, x, y: `"${unit}" 0 --> ${threeDigits(top)}`, series });
  };
  const line = (colour: Series["colour"], pick: (point: (typeof points)[number]) => number) => ({
    colour,
    values: points.map((point) => threeDigits(pick(point))),
  });
  const charts = [
    chart("Requests per second", "requests/s", [line("green", (point) => point.requestsPerSecond)]),
    chart("Latency: p99 in orange, median in blue", "ms", [
      line("orange", (point) => point.p99Ms),
      line("blue", (point) => point.p50Ms),
    ]),
  ];
  const failures = line("red", ({ requestsPerSecond, errorRate }) => requestsPerSecond * errorRate);
  if (report.failed > 0) charts.push(chart("Failed requests per second", "failed/s", [failures]));
  return charts.join("\n\n");
}

interface Series {
  readonly colour: Parameters<typeof xyChart>[0]["series"][number]["colour"];
  readonly values: readonly number[];
}

const threeDigits = (value: number) => Number(value.toPrecision(3));

/** Gathers as many seconds into each point as necessary. */
function gather(seconds: readonly Interval[]): Interval[][] {
  const size = Math.ceil(seconds.length / mostPoints);
  const points: Interval[][] = [];
  for (let at = 0; at < seconds.length; at += size) points.push(seconds.slice(at, at + size));
  return points;
}
