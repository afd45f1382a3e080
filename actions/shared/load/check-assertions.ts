import { type Assertion, type Comparison, type Metric, urlOfScope } from "./assertions.ts";
import { decodeHistogram, percentileOf } from "./histogram.ts";
import { type AssertionReport, type LoadReport, summarise } from "./report.ts";

/** Checks each assertion. If nothing was measured, every assertion fails. */
export function checkAssertions(report: LoadReport, assertions: readonly Assertion[]): AssertionReport[] {
  return assertions.map(({ text, metric, scope, comparison, bound }) => {
    const counted = countedOf(report, scope);
    const value = measured(metric, counted);
    return { text, value, ok: counted.requests > 0 && holds[comparison](value, bound) };
  });
}

type Counted = Pick<LoadReport, "requests" | "failed" | "histogram" | "durationMs">;

function countedOf(report: LoadReport, scope: string | undefined): Counted {
  if (scope === undefined) return report;
  const url = urlOfScope(
    scope,
    report.targets.map((target) => target.url),
  );
  const target = report.targets.find((each) => each.url === url);
  if (!target) throw new Error(`target ${scope} does not exist`);
  return { ...target, durationMs: report.durationMs };
}

function measured(metric: Metric, counted: Counted): number {
  if (metric.kind === "percentile") return percentileOf(decodeHistogram(counted.histogram), metric.percent);
  const { maxMs, errorRate, requestsPerSecond } = summarise(counted);
  const values = {
    max: maxMs,
    "error-rate": errorRate * 100,
    "requests-per-second": requestsPerSecond,
    requests: counted.requests,
    failed: counted.failed,
  };
  return values[metric.kind];
}

const holds: Record<Comparison, (value: number, bound: number) => boolean> = {
  "<": (value, bound) => value < bound,
  "<=": (value, bound) => value <= bound,
  ">": (value, bound) => value > bound,
  ">=": (value, bound) => value >= bound,
};

/** Formats `412 ms`, `0.25 %`, `95.1`: the value in the unit of its assertion. */
export function formatValue(assertion: Pick<AssertionReport, "text" | "value">): string {
  const number = formatNumber(assertion.value);
  if (/^(p\d|max)/.test(assertion.text)) return `${number} ms`;
  return assertion.text.startsWith("error-rate") ? `${number} %` : number;
}

/** Formats at least three digits, the precision of the histograms. */
export function formatNumber(value: number): string {
  return value >= 100 ? value.toFixed(0) : String(Number(value.toPrecision(3)));
}
