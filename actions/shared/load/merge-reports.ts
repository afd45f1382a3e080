import { Failure } from "../failure.ts";
import { addHistograms } from "./histogram.ts";
import type { Interval, LoadReport, TargetReport } from "./report.ts";

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
  const sum = (pick: (report: LoadReport) => number) => total(reports.map(pick));
  return {
    version: 1,
    startedAt: new Date(startMs).toISOString(),
    durationMs: endMs - startMs,
    generators: sum(({ generators }) => generators),
    loop: first.loop,
    level: sum(({ level }) => level),
    plannedMs: first.plannedMs,
    cancelled: reports.some(({ cancelled }) => cancelled),
    requests: sum(({ requests }) => requests),
    failed: sum(({ failed }) => failed),
    bytes: sum(({ bytes }) => bytes),
    statuses: addCounts(reports.map(({ statuses }) => statuses)),
    errors: addCounts(reports.map(({ errors }) => errors)),
    histogram: addHistograms(reports.map(({ histogram }) => histogram)),
    targets: groupBy(
      reports.flatMap(({ targets }) => targets),
      ({ url }) => url,
    ).map(addTargets),
    timeline: groupBy(
      reports.flatMap(({ timeline }) => timeline),
      ({ atMs }) => atMs,
    )
      .map(addIntervals)
      .sort((one, other) => one.atMs - other.atMs),
    generator: {
      cpuMs: sum(({ generator }) => generator.cpuMs),
      busiestCore: Math.max(...reports.map(({ generator }) => generator.busiestCore)),
      late: sum(({ generator }) => generator.late),
      latestMs: Math.max(...reports.map(({ generator }) => generator.latestMs)),
      lateForConnections: sum(({ generator }) => generator.lateForConnections),
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
  for (const counts of all)
    for (const [name, count] of Object.entries(counts)) sums[name] = (sums[name] ?? 0) + count;
  return sums;
}

function addTargets(parts: readonly [TargetReport, ...TargetReport[]]): TargetReport {
  return { url: parts[0].url, ...addRequests(parts) };
}

function addIntervals(parts: readonly [Interval, ...Interval[]]): Interval {
  return {
    atMs: parts[0].atMs,
    durationMs: Math.max(...parts.map(({ durationMs }) => durationMs)),
    ...addRequests(parts),
  };
}

function addRequests(parts: readonly Pick<Interval, "requests" | "failed" | "histogram">[]) {
  return {
    requests: total(parts.map(({ requests }) => requests)),
    failed: total(parts.map(({ failed }) => failed)),
    histogram: addHistograms(parts.map(({ histogram }) => histogram)),
  };
}

function groupBy<Item>(items: readonly Item[], key: (item: Item) => unknown): [Item, ...Item[]][] {
  const groups = new Map<unknown, [Item, ...Item[]]>();
  for (const item of items) {
    const group = groups.get(key(item));
    if (group) group.push(item);
    else groups.set(key(item), [item]);
  }
  return [...groups.values()];
}

function total(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0);
}
