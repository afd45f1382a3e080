import type { Environment } from "../../environment.ts";
import type { Service } from "../api.ts";
import { alarmOperations } from "./alarms.ts";
import { dashboardOperations } from "./dashboards.ts";
import { createAlarmEvaluation } from "./evaluate-alarms.ts";
import { putMetricDataOperations } from "./put-metric-data.ts";
import { readMetricsOperations } from "./read-metrics.ts";
import { createCloudWatchState } from "./state.ts";
import { tagOperations } from "./tags.ts";

/**
 * CloudWatch metrics, metric alarms and dashboards in memory. Source of shapes, limits and errors: API reference
 * 2010-08-01.
 */
export function createCloudWatch(environment: Environment): Service<"cloudwatch"> {
  const state = createCloudWatchState(environment);
  const evaluation = createAlarmEvaluation(state, environment.warn);
  return {
    operations: {
      ...putMetricDataOperations(state),
      ...readMetricsOperations(state),
      ...alarmOperations(state, evaluation),
      ...dashboardOperations(state),
      ...tagOperations(state),
    },
    close: async () => evaluation.stop(),
  };
}
