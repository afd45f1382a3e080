import type { InputReader } from "../inputs.ts";
import { formatNumber } from "./format.ts";
import { decodeHistogram, percentileOf } from "./histogram.ts";
import { type AssertionReport, type LoadReport, summarise } from "./report.ts";

/** A line of the input, `metric(scope) comparison bound`. */
export interface Assertion {
  readonly text: string;
  readonly metric: Metric;
  /** Path, or whole URL, of its one target. */
  readonly scope: string | undefined;
  readonly comparison: Comparison;
  /** In milliseconds, per cent, or a count, depending on the metric. */
  readonly bound: number;
}

export type Metric =
  | { readonly kind: "percentile"; readonly percent: number }
  | { readonly kind: "max" | "error-rate" | "requests-per-second" | "requests" | "failed" };

export type Comparison = "<" | "<=" | ">" | ">=";

const line = /^([a-z][\w.-]*)\s*(?:\(\s*([^)\s]+)\s*\)\s*)?(<=|>=|<|>)\s*(\S.*)$/;
const metrics = "p50, p99.9, max, error-rate, requests-per-second, requests or failed";

export function readAssertions(read: InputReader): Assertion[] {
  return read.lines("assertions").flatMap((line) => parseAssertion(line, read.problem) ?? []);
}

export function parseAssertion(text: string, problem: (sentence: string) => void): Assertion | undefined {
  const [, name = "", scope, comparison, boundText = ""] = line.exec(text) ?? [];
  const metric = parseMetric(name);
  const bound = metric && parseBound(metric, boundText);
  const refuse = (what: string) => void problem(`Input assertions has the line "${text}"; ${what}`);
  if (!comparison) return refuse("expected a line such as p99 < 300ms, with <, <=, > or >=");
  if (!metric) return refuse(`"${name}" is not ${metrics}`);
  if (bound === undefined) return refuse(`"${boundText}" is not ${unitOf(metric)}`);
  return { text, metric, scope, comparison: comparison as Comparison, bound };
}

function parseMetric(name: string): Metric | undefined {
  const percent = /^p(\d{1,2}(?:\.\d+)?)$/.exec(name)?.[1];
  if (percent !== undefined)
    return Number(percent) > 0 ? { kind: "percentile", percent: Number(percent) } : undefined;
  const kinds = ["max", "error-rate", "requests-per-second", "requests", "failed"] as const;
  const kind = kinds.find((each) => each === name);
  return kind && { kind };
}

const unitMs: Readonly<Record<string, number>> = { us: 0.001, ms: 1, s: 1000 };

function parseBound({ kind }: Metric, text: string): number | undefined {
  const [, number = "", unit = ""] = /^(\d+(?:\.\d+)?)\s*([a-z%]*)$/.exec(text) ?? [];
  if (number === "") return undefined;
  if (kind === "percentile" || kind === "max") {
    const factor = unitMs[unit];
    return factor === undefined ? undefined : Number(number) * factor;
  }
  return unit === (kind === "error-rate" ? "%" : "") ? Number(number) : undefined;
}

function unitOf({ kind }: Metric): string {
  if (kind === "percentile" || kind === "max") return "a time such as 300ms or 1.5s";
  return kind === "error-rate" ? "a percentage such as 0.1%" : "a number without a unit";
}

/** Returns the URL, of these, that an assertion is about; its scope is the URL or its path. */
function urlOfScope(scope: string, urls: readonly string[]): string | undefined {
  return urls.find((url) => url === scope || pathOf(url) === scope);
}

function pathOf(url: string): string {
  const { pathname, search } = new URL(url);
  return pathname + search;
}

export function refuseUnknownScopes(
  assertions: readonly Assertion[],
  urls: readonly string[],
  problem: (sentence: string) => void,
): void {
  for (const { text, scope } of assertions)
    if (scope !== undefined && urlOfScope(scope, urls) === undefined)
      problem(
        `The assertion "${text}" is about ${scope}, but the targets are ${urls.map(pathOf).join(", ")}`,
      );
}

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
