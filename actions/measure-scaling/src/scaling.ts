import { formatUnitPrice } from "../../shared/cost/cost-line.ts";
import type { PriceList } from "../../shared/cost/price-list.ts";
import { taskCostPerHour } from "../../shared/cost/task-sizes.ts";
import { shortRevision } from "../../shared/ecs/revision.ts";
import { formatPercent, formatRate } from "../../shared/load/format.ts";
import { limitOfCore } from "../../shared/load/report.ts";
import { counted } from "../../shared/summary.ts";
import type { MeasuredLoad, MeasuredTasks, Measurement } from "./measurement.ts";

/** A service's throughput in relation to its task count. */
export interface Scaling {
  readonly service: string;
  readonly points: readonly CurvePoint[];
  readonly measured: readonly MeasuredPoint[];
  readonly failed: readonly FailedPoint[];
  readonly knee: MeasuredPoint | undefined;
  readonly recommendation: string;
  readonly priceList: Pick<PriceList, "region" | "date">;
}

export function analyseScaling(
  wanted: readonly number[],
  measurements: readonly Measurement[],
  priceList: PriceList,
): Scaling {
  const points = drawCurve(wanted, measurements, priceList);
  const measured = points.filter((point) => point.status === "measured");
  return {
    service: measurements[0]?.service ?? "",
    points,
    measured,
    failed: points.filter((point) => point.status === "failed"),
    knee: findKnee(measured),
    recommendation: recommend(measured),
    priceList,
  };
}

/** Recommends the service's count in one sentence. */
function recommend(points: readonly MeasuredPoint[]): string {
  const [first, last] = [points[0], points.at(-1)];
  if (!first || !last) return "Nothing can be recommended: no count was measured.";
  const busy = points.find(({ load }) => load.busiestCore >= limitOfCore);
  if (busy)
    return `Measure again with more generators: at ${counted(busy.taskCount, "task")} one of them used ${formatPercent(busy.load.busiestCore)} of a core, so that it may have been the limit.`;
  const full = points.find(({ servedInFull }) => servedInFull);
  if (full)
    return `${counted(full.taskCount, "task")} served the whole load (${formatRate(full.load.requestsPerSecond)}): no more tasks are needed for it, and a higher rate would show the limit.`;
  if (first === last)
    return `${counted(first.taskCount, "task")} served ${formatRate(first.load.answeredPerSecond)}${costOf(first)}: measure a second count to see the effect of more tasks.`;
  const knee = findKnee(points);
  if (knee)
    return `Run up to ${counted(knee.taskCount, "task")}: each additional task served less than half of what a task of the first count did${costChange(knee, last)}.`;
  return `More tasks still helped at ${counted(last.taskCount, "task")}, with ${formatPercent(last.efficiency)} of ideal: measure higher counts to find the limit.`;
}

function costOf({ usdPerMillion }: MeasuredPoint): string {
  return usdPerMillion === undefined ? "" : `, a million for ${formatCost(usdPerMillion)}`;
}

function costChange(knee: MeasuredPoint, last: MeasuredPoint): string {
  if (knee.usdPerMillion === undefined || last.usdPerMillion === undefined) return "";
  return `, and a million requests cost ${formatCost(last.usdPerMillion)} at ${counted(last.taskCount, "task")} instead of ${formatCost(knee.usdPerMillion)}`;
}

/**
 * With a smaller gain than this, another task is not worth its price: requests of the added tasks cost twice as much as
 * those of the first.
 */
export const worthwhileGain = 0.5;

/**
 * Returns the last count before the first whose added tasks each serve less than half as much as each task of the
 * first count; undefined when there is none. A count after one that answered everything offered shows nothing.
 */
function findKnee(points: readonly MeasuredPoint[]): MeasuredPoint | undefined {
  const after = points.findIndex(
    ({ gain }, index) => gain !== undefined && gain < worthwhileGain && !points[index - 1]?.servedInFull,
  );
  return after < 1 ? undefined : points[after - 1];
}

/** Formats three digits, even of small amounts: a million requests may cost a tenth of a cent. */
export function formatCost(usd: number): string {
  return formatUnitPrice(Number(usd.toPrecision(3)));
}

/** A count of tasks, in the order of counts. */
export type CurvePoint = MeasuredPoint | FailedPoint;

interface FailedPoint {
  readonly taskCount: number;
  readonly status: "failed";
  readonly why: string;
  /** The measured load, if any. */
  readonly load: MeasuredLoad | undefined;
}

export interface MeasuredPoint {
  readonly taskCount: number;
  readonly status: "measured";
  readonly load: MeasuredLoad;
  readonly tasks: MeasuredTasks;
  /** The first measured count's throughput multiplied by the ratio of their task counts. */
  readonly idealPerSecond: number;
  /** Answered requests divided by the ideal: 1 is linear. */
  readonly efficiency: number;
  /** Throughput of each task added since the previous measured count, relative to each task of the first count. */
  readonly gain: number | undefined;
  /** All requests offered at a rate were answered, so more tasks could not have answered more. */
  readonly servedInFull: boolean;
  /** US dollars that the tasks cost while they serve a million requests; undefined when they have no price here. */
  readonly usdPerMillion: number | undefined;
}

/**
 * In an open loop, a smaller share means that responses fell behind. Requests due at the very end are answered after
 * it.
 */
const fullShare = 0.98;

/** Returns each wanted count, measured or not. Without a measurement, the reason is in the run's jobs. */
function drawCurve(
  wanted: readonly number[],
  measurements: readonly Measurement[],
  priceList: PriceList,
): CurvePoint[] {
  const byCount = new Map(measurements.map((measurement) => [measurement.taskCount, measurement]));
  const good: MeasuredPoint[] = [];
  return [...wanted]
    .sort((one, other) => one - other)
    .map((taskCount) => {
      const measurement = byCount.get(taskCount);
      if (!measurement) return { taskCount, status: "failed", why: "not measured", load: undefined };
      const { load, tasks } = measurement;
      const why = faultsOf(measurement, measurements, good[0]).join("; ");
      if (why || !load || !tasks)
        return { taskCount, status: "failed", why: why || "no load was sent", load };
      const point = place({ taskCount, load, tasks }, good, priceList);
      good.push(point);
      return point;
    });
}

type Parts = Pick<MeasuredPoint, "taskCount" | "load" | "tasks">;

function place(parts: Parts, before: readonly MeasuredPoint[], priceList: PriceList): MeasuredPoint {
  const { taskCount, load, tasks } = parts;
  const [first = parts, last] = [before[0], before.at(-1)];
  const each = first.load.answeredPerSecond / first.taskCount;
  const idealPerSecond = each * taskCount;
  const hourly = taskCostPerHour(priceList, tasks);
  const millionsAnHour = (load.answeredPerSecond * 3600) / 1e6;
  return {
    ...parts,
    status: "measured",
    idealPerSecond,
    efficiency: load.answeredPerSecond / idealPerSecond,
    gain:
      last && (load.answeredPerSecond - last.load.answeredPerSecond) / (taskCount - last.taskCount) / each,
    servedInFull: load.loop === "open" && load.answeredPerSecond >= fullShare * load.requestsPerSecond,
    usdPerMillion: hourly === undefined ? undefined : (hourly * taskCount) / millionsAnHour,
  };
}

/** Returns why a measurement is invalid, or belongs to another curve than the first. */
function faultsOf(
  measurement: Measurement,
  all: readonly Measurement[],
  first: MeasuredPoint | undefined,
): string[] {
  const { failures, load, tasks } = measurement;
  const faults = [...failures];
  if (load && load.answeredPerSecond === 0) faults.push("no response was as expected");
  if (first && tasks && tasks.revision !== first.tasks.revision)
    faults.push(
      `it ran ${shortRevision(tasks.revision)}, and ${first.taskCount} ran ${shortRevision(first.tasks.revision)}: a deployment happened in between`,
    );
  const meanwhile = all.filter((other) => other !== measurement && overlap(other.load, load));
  for (const { taskCount } of meanwhile) faults.push(`it was measured at the same time as ${taskCount}`);
  return faults;
}

function overlap(one: MeasuredLoad | undefined, other: MeasuredLoad | undefined): boolean {
  if (!one || !other) return false;
  const [from, otherFrom] = [Date.parse(one.startedAt), Date.parse(other.startedAt)];
  return from < otherFrom + other.durationMs && otherFrom < from + one.durationMs;
}
