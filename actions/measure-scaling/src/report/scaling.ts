import type { PriceList } from "../../../shared/cost/price-list.ts";
import type { Measurement } from "../measurement.ts";
import { type CurvePoint, drawCurve, type FailedPoint, type MeasuredPoint } from "./curve.ts";
import { findKnee } from "./knee.ts";
import { recommend } from "./recommend.ts";

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
