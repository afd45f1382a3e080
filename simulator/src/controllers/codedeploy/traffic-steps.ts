import type { TrafficRoutingConfig } from "@aws-sdk/client-codedeploy";

export interface TrafficStep {
  /** Share of production traffic that green gets from now on. */
  readonly percent: number;
  /** Before the next step; 0 after the last. */
  readonly waitMinutes: number;
}

/** Returns the shifts of a deployment configuration, the last one to 100 %. */
export function trafficSteps(routing: TrafficRoutingConfig): TrafficStep[] {
  const all = { percent: 100, waitMinutes: 0 };
  if (routing.type === "TimeBasedCanary") {
    const { canaryPercentage = 0, canaryInterval = 0 } = routing.timeBasedCanary ?? {};
    return [{ percent: canaryPercentage, waitMinutes: canaryInterval }, all];
  }
  if (routing.type === "TimeBasedLinear") {
    const { linearPercentage = 100, linearInterval = 0 } = routing.timeBasedLinear ?? {};
    const partial = Math.ceil(100 / linearPercentage) - 1;
    return [
      ...Array.from({ length: partial }, (_, index) => ({
        percent: (index + 1) * linearPercentage,
        waitMinutes: linearInterval,
      })),
      all,
    ];
  }
  return [all];
}
