import type { PriceList } from "../../../shared/cost/price-list.ts";
import type { Measurement } from "../measurement.ts";
import { type CurvePoint, drawCurve, type FailedPoint, type MeasuredPoint } from "./curve.ts";
import { findKnee } from "./knee.ts";
import { formatCost, formatPercent, formatRate, formatTasks } from "./text.ts";

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

/** A generator this busy is at its limit: its figures may show its own limit, not the service's. */
const busyCore = 0.9;

/** Recommends the service's count in one sentence. */
function recommend(points: readonly MeasuredPoint[]): string {
  const [first, last] = [points[0], points.at(-1)];
  if (!first || !last) return "Nothing can be recommended: no count was measured.";
  const busy = points.find(({ load }) => load.busiestCore >= busyCore);
  if (busy)
    return `Measure again with more generators: at ${formatTasks(busy.taskCount)} one of them used ${formatPercent(busy.load.busiestCore)} of a core, so that it may have been the limit.`;
  const full = points.find(({ servedInFull }) => servedInFull);
  if (full)
    return `${formatTasks(full.taskCount)} served the whole load (${formatRate(full.load.offeredPerSecond)}): no more tasks are needed for it, and a higher rate would show the limit.`;
  if (first === last)
    return `${formatTasks(first.taskCount)} served ${formatRate(first.load.answeredPerSecond)}${costOf(first)}: measure a second count to see the effect of more tasks.`;
  const knee = findKnee(points);
  if (knee)
    return `Run up to ${formatTasks(knee.taskCount)}: each additional task served less than half of what a task of the first count did${costChange(knee, last)}.`;
  return `More tasks still helped at ${formatTasks(last.taskCount)}, with ${formatPercent(last.efficiency)} of ideal: measure higher counts to find the limit.`;
}

function costOf({ usdPerMillion }: MeasuredPoint): string {
  return usdPerMillion === undefined ? "" : `, a million for ${formatCost(usdPerMillion)}`;
}

function costChange(knee: MeasuredPoint, last: MeasuredPoint): string {
  if (knee.usdPerMillion === undefined || last.usdPerMillion === undefined) return "";
  return `, and a million requests cost ${formatCost(last.usdPerMillion)} at ${formatTasks(last.taskCount)} instead of ${formatCost(knee.usdPerMillion)}`;
}
