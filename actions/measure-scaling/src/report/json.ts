import type { CurvePoint } from "./curve.ts";
import { worthwhileGain } from "./knee.ts";
import type { Scaling } from "./scaling.ts";

/** Returns the report for other programs; numbers are not rounded. */
export function scalingJson(scaling: Scaling): string {
  const { service, points, knee, recommendation, priceList } = scaling;
  const content = {
    version: 1,
    service,
    points: points.map(pointJson),
    knee: knee?.taskCount ?? null,
    kneeBelowGain: worthwhileGain,
    recommendation,
    currency: "USD",
    pricesOf: { region: priceList.region, date: priceList.date },
  };
  return `${JSON.stringify(content, null, 2)}\n`;
}

function pointJson(point: CurvePoint) {
  if (point.status === "failed") return point;
  const { tasks, ...others } = point;
  return { ...others, ...tasks };
}
