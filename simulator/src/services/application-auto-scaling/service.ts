import type { Environment } from "../../environment.ts";
import type { Service } from "../api.ts";
import type { Definition } from "../definition.ts";
import { activityOperations } from "./activities.ts";
import { createScheduleRunner } from "./controller/run-schedules.ts";
import { createScaler } from "./controller/scaler.ts";
import { policyOperations } from "./policies.ts";
import { scheduledActionOperations } from "./scheduled-actions.ts";
import { createScalingState } from "./state.ts";
import { tagOperations, targetOperations } from "./targets.ts";

export const applicationautoscaling: Definition<"applicationautoscaling"> = {
  create: createApplicationAutoScaling,
  client: "application-auto-scaling",
  wires: [{ protocol: "awsJson1.1", route: "AnyScaleFrontendService" }],
  actionPrefix: "application-autoscaling",
};

/**
 * Scales ECS services by alarms and by the clock. Source of shapes, limits and errors: API reference 2016-02-06;
 * of the behaviour: user guide.
 */
function createApplicationAutoScaling(environment: Environment): Service<"applicationautoscaling"> {
  const state = createScalingState(environment);
  const scaler = createScaler(state);
  const schedules = createScheduleRunner(state, scaler.bringIntoRange);
  return {
    operations: {
      ...targetOperations(state, scaler),
      ...policyOperations(state),
      ...scheduledActionOperations(state, schedules.start),
      ...activityOperations(state),
      ...tagOperations(state),
    },
    async close() {
      schedules.close();
      await scaler.close();
    },
  };
}
