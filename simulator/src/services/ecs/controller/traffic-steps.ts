import type { ResolvedConfiguration } from "../service-records.ts";

export interface TrafficStep {
  /** Share of production traffic for the new revision from now on. */
  readonly percent: number;
  /** Before the next step; 0 after the last. */
  readonly bakeMinutes: number;
}

const all: TrafficStep = { percent: 100, bakeMinutes: 0 };

/**
 * Returns the shifts of a strategy, the last one to 100 %. Defaults: API reference, Canary- and LinearConfiguration.
 */
export function trafficSteps(configuration: ResolvedConfiguration): TrafficStep[] {
  const { strategy, canaryConfiguration = {}, linearConfiguration = {} } = configuration;
  if (strategy === "CANARY") {
    const { canaryPercent = 5, canaryBakeTimeInMinutes = 10 } = canaryConfiguration;
    return canaryPercent < 100
      ? [{ percent: canaryPercent, bakeMinutes: canaryBakeTimeInMinutes }, all]
      : [all];
  }
  if (strategy === "LINEAR") {
    const { stepPercent = 10, stepBakeTimeInMinutes = 6 } = linearConfiguration;
    return [
      ...Array.from({ length: Math.ceil(100 / stepPercent) - 1 }, (_, index) => ({
        percent: roundToTenth((index + 1) * stepPercent),
        bakeMinutes: stepBakeTimeInMinutes,
      })),
      all,
    ];
  }
  return [all];
}

/** Percentages are multiples of 0.1, which binary fractions are not. */
function roundToTenth(percent: number): number {
  return Math.round(percent * 10) / 10;
}

/** Returns whole weights for listener rules that divide traffic at `percent`: in per cent, or in tenths of it. */
export function weightsOf(percent: number): { readonly mine: number; readonly others: number } {
  const unit = Number.isInteger(percent) ? 1 : 10;
  const mine = Math.round(percent * unit);
  return { mine, others: 100 * unit - mine };
}
