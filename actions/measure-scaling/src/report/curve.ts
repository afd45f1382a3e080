import type { PriceList } from "../../../shared/cost/price-list.ts";
import { taskCostPerHour } from "../../../shared/cost/task-sizes.ts";
import { shortRevision } from "../../../shared/ecs/revision.ts";
import type { MeasuredLoad, MeasuredTasks, Measurement } from "../measurement.ts";

/** A count of tasks, in the order of counts. */
export type CurvePoint = MeasuredPoint | FailedPoint;

export interface FailedPoint {
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
export function drawCurve(
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
    servedInFull: load.loop === "open" && load.answeredPerSecond >= fullShare * load.offeredPerSecond,
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
