import { counted } from "../../core/summary.ts";
import { formatUnitPrice } from "../../cost/cost-line.ts";
import type { PriceList } from "../../cost/price-list.ts";
import { taskCostPerHour } from "../../cost/task-sizes.ts";
import { shortRevision } from "../../ecs/revision.ts";
import { formatPercent, formatRate } from "../../load/format.ts";
import { limitOfCore } from "../../load/report.ts";
import type { MeasuredLoad, MeasuredTasks, Measurement } from "./measurement.ts";
import { fitAmdahl, fitUsl } from "./scaling-laws.ts";

/** A service's throughput in relation to its task count. */
export type Scaling = ReturnType<typeof analyseScaling>;

interface FailedPoint {
  readonly taskCount: number;
  readonly status: "failed";
  readonly why: string;
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

/** Without the measurement of a wanted count, the reason is in the run's jobs. */
export function analyseScaling(
  wanted: readonly number[],
  measurements: readonly Measurement[],
  priceList: PriceList,
) {
  const measured: MeasuredPoint[] = [];
  const failed: FailedPoint[] = [];
  for (const taskCount of wanted.toSorted((one, other) => one - other)) {
    const measurement = measurements.find((each) => each.taskCount === taskCount);
    const { load, tasks }: Partial<Measurement> = measurement ?? {};
    const why = measurement ? faultsOf(measurement, measurements, measured[0]) : "not measured";
    if (why || !load || !tasks) failed.push({ taskCount, status: "failed", why: why || "no load was sent" });
    else measured.push(drawPoint(taskCount, load, tasks, measured, priceList));
  }
  return {
    service: measurements[0]?.service ?? "",
    /** Each wanted count, in the order of counts. */
    points: [...measured, ...failed].sort((one, other) => one.taskCount - other.taskCount),
    measured,
    failed,
    knee: findKnee(measured),
    laws: fitLaws(measured),
    /** The service's count, in one sentence. */
    recommendation: recommend(measured),
    priceList: { region: priceList.region, date: priceList.date },
  };
}

/** Returns why a measurement is invalid, or belongs to another curve than the first; empty if it does neither. */
function faultsOf(
  measurement: Measurement,
  all: readonly Measurement[],
  first: MeasuredPoint | undefined,
): string {
  const { failures, load, tasks } = measurement;
  const faults = [...failures];
  if (load?.answeredPerSecond === 0) faults.push("no response was as expected");
  if (first && tasks && tasks.revision !== first.tasks.revision)
    faults.push(
      `it ran ${shortRevision(tasks.revision)}, and ${first.taskCount} ran ${shortRevision(first.tasks.revision)}: a deployment happened in between`,
    );
  for (const { taskCount, load: other } of all)
    if (taskCount !== measurement.taskCount && overlap(load, other))
      faults.push(`it was measured at the same time as ${taskCount}`);
  return faults.join("; ");
}

function overlap(one: MeasuredLoad | undefined, other: MeasuredLoad | undefined): boolean {
  if (!one || !other) return false;
  const [from, otherFrom] = [Date.parse(one.startedAt), Date.parse(other.startedAt)];
  return from < otherFrom + other.durationMs && otherFrom < from + one.durationMs;
}

/**
 * In an open loop, a smaller share means that responses fell behind. Requests due at the very end are answered after
 * it.
 */
const fullShare = 0.98;

function drawPoint(
  taskCount: number,
  load: MeasuredLoad,
  tasks: MeasuredTasks,
  before: readonly MeasuredPoint[],
  priceList: PriceList,
): MeasuredPoint {
  const { answeredPerSecond } = load;
  const [first, last] = [before[0] ?? { taskCount, load }, before.at(-1)];
  const each = first.load.answeredPerSecond / first.taskCount;
  const hourly = taskCostPerHour(priceList, tasks);
  return {
    taskCount,
    status: "measured",
    load,
    tasks,
    idealPerSecond: each * taskCount,
    efficiency: answeredPerSecond / (each * taskCount),
    gain: last && (answeredPerSecond - last.load.answeredPerSecond) / (taskCount - last.taskCount) / each,
    servedInFull: load.loop === "open" && answeredPerSecond >= fullShare * load.requestsPerSecond,
    usdPerMillion: hourly && (hourly * taskCount * 1e6) / (answeredPerSecond * 3600),
  };
}

/**
 * With a smaller gain than this, another task is not worth its price: requests of the added tasks cost twice as much as
 * those of the first.
 */
const worthwhileGain = 0.5;

/** A count after one that answered everything offered shows nothing. */
function findKnee(points: readonly MeasuredPoint[]): MeasuredPoint | undefined {
  const after = points.findIndex(
    ({ gain = 1 }, index) => gain < worthwhileGain && !points[index - 1]?.servedInFull,
  );
  return points[after - 1];
}

/** Fits the laws to the counts that were always busy; a count that answered everything offered shows no limit. */
function fitLaws(points: readonly MeasuredPoint[]) {
  const busy = points
    .filter(({ servedInFull }) => !servedInFull)
    .map(({ taskCount, load }) => ({ taskCount, perSecond: load.answeredPerSecond }));
  return { amdahl: fitAmdahl(busy), usl: fitUsl(busy) };
}

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

/** Formats three digits, even of small amounts: a million requests may cost a tenth of a cent. */
export function formatCost(usd: number): string {
  return formatUnitPrice(Number(usd.toPrecision(3)));
}
