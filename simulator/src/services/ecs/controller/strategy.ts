import type { ServiceDeploymentRecord } from "../service-records.ts";
import { rolling } from "./rolling.ts";
import type { Strategy } from "./run.ts";
import { trafficShifting } from "./traffic-shifting.ts";

/** BLUE_GREEN, LINEAR and CANARY differ only in their steps of the traffic shift. */
export function strategyOf({ configuration }: ServiceDeploymentRecord): Strategy {
  return configuration.strategy === "ROLLING" ? rolling : trafficShifting;
}
