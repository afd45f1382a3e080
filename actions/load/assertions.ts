import type { InputReader } from "../core/inputs.ts";
import { type Counted, decodeHistogram, percentileOf, summarise } from "./counts.ts";
import { formatNumber } from "./format.ts";
import type { AssertionReport } from "./report.ts";

/** A line of the input, `metric comparison bound`. */
export interface Assertion {
  readonly text: string;
  /** Returns the value in the unit of the bound: milliseconds, per cent, or a count. */
  readonly measure: (counted: Counted) => number;
  readonly holds: (value: number) => boolean;
}

interface Metric {
  /** Description of a bound. */
  readonly bound: string;
  readonly units: ReadonlyMap<string, number>;
  readonly of: Assertion["measure"];
}

const time = {
  bound: "a time such as 300ms or 1.5s",
  units: new Map([
    ["us", 0.001],
    ["ms", 1],
    ["s", 1000],
  ]),
};
const percentage = { bound: "a percentage such as 0.1%", units: new Map([["%", 1]]) };
const count = { bound: "a number without a unit", units: new Map([["", 1]]) };

const metrics = new Map<string, Metric>([
  ["max", { ...time, of: (counted) => summarise(counted).maxMs }],
  ["error-rate", { ...percentage, of: (counted) => summarise(counted).errorRate * 100 }],
  ["requests-per-second", { ...count, of: (counted) => summarise(counted).requestsPerSecond }],
  ["requests", { ...count, of: ({ requests }) => requests }],
  ["failed", { ...count, of: ({ failed }) => failed }],
]);

function metricOf(name: string): Metric | undefined {
  const percent = Number(/^p(\d{1,2}(?:\.\d+)?)$/.exec(name)?.[1] ?? 0);
  if (percent === 0) return metrics.get(name);
  return { ...time, of: ({ histogram }) => percentileOf(decodeHistogram(histogram), percent) };
}

const comparisons = new Map<string, (value: number, bound: number) => boolean>([
  ["<", (value, bound) => value < bound],
  ["<=", (value, bound) => value <= bound],
  [">", (value, bound) => value > bound],
  [">=", (value, bound) => value >= bound],
]);

/** Reads the input `assertions`, one a line. */
export function readAssertions(read: InputReader): Assertion[] {
  return read.lines("assertions").flatMap((line) => parseAssertion(line, read.problem) ?? []);
}

const line = /^([a-z][\w.-]*)\s*(<=|>=|<|>)\s*(\S.*)$/;

function parseAssertion(text: string, problem: (sentence: string) => void): Assertion | undefined {
  const [, name = "", sign = "", boundText = ""] = line.exec(text) ?? [];
  const refuse = (what: string) => void problem(`Input assertions has the line "${text}"; ${what}`);
  const compare = comparisons.get(sign);
  if (!compare) return refuse("expected a line such as p99 < 300ms, with <, <=, > or >=");
  const metric = metricOf(name);
  if (!metric) return refuse(`"${name}" is not p50, p99.9, ${[...metrics.keys()].join(", ")}`);
  const [, number = "", unit = ""] = /^(\d+(?:\.\d+)?)\s*([a-z%]*)$/.exec(boundText) ?? [];
  const factor = metric.units.get(unit);
  if (number === "" || factor === undefined) return refuse(`"${boundText}" is not ${metric.bound}`);
  return { text, measure: metric.of, holds: (value) => compare(value, Number(number) * factor) };
}

/** Checks each assertion. If nothing was measured, every assertion fails. */
export function checkAssertions(report: Counted, assertions: readonly Assertion[]): AssertionReport[] {
  return assertions.map(({ text, measure, holds }) => {
    const value = measure(report);
    return { text, value, ok: report.requests > 0 && holds(value) };
  });
}

/** Formats `412 ms`, `0.25 %`, `95.1`: the value in the unit of its assertion. */
export function formatValue({ text, value }: Pick<AssertionReport, "text" | "value">): string {
  const number = formatNumber(value);
  if (/^(p\d|max)/.test(text)) return `${number} ms`;
  return text.startsWith("error-rate") ? `${number} %` : number;
}
