import { giveParameters, slowLists } from "./change.ts";
import type { AccountKind } from "./chapter-list.mjs";

/**
 * Maximum average response time in seconds over a minute. An AWS minute is less than a second here, in which a busy
 * machine may return nothing: with the template's one second, alarms would also end deployments of good releases.
 */
const slowSeconds = 3;
export const tolerateBusyMachine = (account: AccountKind) =>
  giveParameters(account, "observability", { SlowSeconds: slowSeconds });

const slowMs = 1000 * slowSeconds + 500;
/** The alarm needs some minutes of AWS time; the rest is for a slow machine, and costs nothing. */
export const canary = {
  deploymentConfigName: "Canary10PercentTwoHours",
  computePlatform: "ECS",
  trafficRoutingConfig: {
    type: "TimeBasedCanary",
    timeBasedCanary: { canaryPercentage: 10, canaryInterval: 120 },
  },
} as const;
export const slowRelease = slowLists(slowMs, "Ask the roastery for every list");
