import { Failure } from "../failure.ts";
import { addRequests, total } from "./counts.ts";
import type { Interval, LoadReport } from "./report.ts";

/**
 * Merges the reports of generators that sent at the same time. Counts and histograms add without loss; the assertions
 * of each are dropped, to be checked on the whole. Refuses reports of different kinds of load.
 */
export function mergeReports(reports: readonly LoadReport[]): LoadReport {
  const [first, ...others] = reports;
  if (!first) throw new Failure("There are no load reports to merge");
  for (const other of others) refuseOtherKind(first, other);
  const startMs = Math.min(...reports.map(({ startedAt }) => Date.parse(startedAt)));
  const endMs = Math.max(...reports.map((report) => Date.parse(report.startedAt) + report.durationMs));
  const generators = reports.map(({ generator }) => generator);
  const seconds = Map.groupBy(
    reports.flatMap(({ timeline }) => timeline),
    ({ atMs }) => atMs,
  );
  return {
    version: 1,
    startedAt: new Date(startMs).toISOString(),
    durationMs: endMs - startMs,
    generators: total(reports, ({ generators }) => generators),
    loop: first.loop,
    level: total(reports, ({ level }) => level),
    plannedMs: first.plannedMs,
    cancelled: reports.some(({ cancelled }) => cancelled),
    ...addRequests(reports),
    statuses: addCounts(reports.map(({ statuses }) => statuses)),
    errors: addCounts(reports.map(({ errors }) => errors)),
    targets: [...new Set(reports.flatMap(({ targets }) => targets))],
    timeline: [...seconds].map(addIntervals).sort((one, other) => one.atMs - other.atMs),
    generator: {
      busiestCore: Math.max(...generators.map(({ busiestCore }) => busiestCore)),
      late: total(generators, ({ late }) => late),
      latestMs: Math.max(...generators.map(({ latestMs }) => latestMs)),
      lateForConnections: total(generators, ({ lateForConnections }) => lateForConnections),
    },
    assertions: [],
  };
}

function refuseOtherKind(first: LoadReport, other: LoadReport): void {
  const [one, another] = [kindOf(first), kindOf(other)];
  if (one !== another)
    throw new Failure(`The reports are not of one load test: one is of ${one}, another one of ${another}`, {
      nextStep: "merge the reports of generators that ran with the same inputs.",
    });
}

function kindOf({ loop, plannedMs }: LoadReport): string {
  return `${loop === "closed" ? "a closed" : "an open"} loop for ${plannedMs} ms`;
}

function addCounts(all: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const [name, count] of all.flatMap(Object.entries<number>)) sums[name] = (sums[name] ?? 0) + count;
  return sums;
}

function addIntervals([atMs, parts]: [number, Interval[]]): Interval {
  return { atMs, durationMs: Math.max(...parts.map(({ durationMs }) => durationMs)), ...addRequests(parts) };
}
