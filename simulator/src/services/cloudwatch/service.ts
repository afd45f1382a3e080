import type { Environment } from "../../environment.ts";
import { AwsError } from "../../kit/errors.ts";
import { tagOperations, tagPairs } from "../../kit/tags.ts";
import type { Operations, Service } from "../api.ts";
import type { Definition } from "../definition.ts";
import { alarmOperations } from "./alarms.ts";
import { dashboardOperations } from "./dashboards.ts";
import { createAlarmEvaluation } from "./evaluate-alarms.ts";
import { putMetricDataOperations, readMetricsOperations } from "./read-metrics.ts";
import { type CloudWatchState, createCloudWatchState, tagRules } from "./state.ts";

export const cloudwatch: Definition<"cloudwatch"> = {
  create: createCloudWatch,
  client: "cloudwatch",
  wires: [
    { protocol: "awsJson1.0", route: "GraniteServiceVersion20100801" },
    { protocol: "rpcv2Cbor", route: "GraniteServiceVersion20100801" },
    {
      protocol: "awsQuery",
      route: "2010-08-01",
      namespace: "http://monitoring.amazonaws.com/doc/2010-08-01/",
    },
  ],
  invalidValue: "InvalidParameterValueException",
};

/**
 * CloudWatch metrics, metric alarms and dashboards in memory. Source of shapes, limits and errors: API reference
 * 2010-08-01.
 */
function createCloudWatch(environment: Environment): Service<"cloudwatch"> {
  const state = createCloudWatchState(environment);
  const evaluation = createAlarmEvaluation(state, environment.warn);
  return {
    operations: {
      ...putMetricDataOperations(state),
      ...readMetricsOperations(state),
      ...alarmOperations(state, evaluation),
      ...dashboardOperations(state),
      ...cloudWatchTagOperations(state),
    },
    close: async () => evaluation.stop(),
  };
}

/** Tags of alarms and dashboards, by their ARN. */
function cloudWatchTagOperations(state: CloudWatchState): Operations<"cloudwatch"> {
  return tagOperations(["ResourceARN", "Tags", "TagKeys"], tagPairs, tagRules, (arn) => {
    const tagged = [...state.alarms.values(), ...state.dashboards.values()].find((each) => each.arn === arn);
    if (tagged) return tagged.tags;
    throw new AwsError("ResourceNotFoundException", `No alarm and no dashboard has the ARN ${arn}.`);
  });
}
