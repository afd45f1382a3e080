import type { Environment } from "../../environment.ts";
import type { Service } from "../api.ts";
import type { Definition } from "../definition.ts";
import { activityOperations } from "./activities.ts";
import { createScaler } from "./controller/scaler.ts";
import { policyOperations } from "./policies.ts";
import { createScalingState } from "./state.ts";
import { targetOperations } from "./targets.ts";

export const applicationautoscaling: Definition<"applicationautoscaling"> = {
  create: createApplicationAutoScaling,
  client: "application-auto-scaling",
  wires: [{ protocol: "awsJson1.1", route: "AnyScaleFrontendService" }],
  actionPrefix: "application-autoscaling",
};

/**
 * Scales ECS services by alarms. Source of shapes, limits and errors: API reference 2016-02-06; of the behaviour: user
 * guide.
 */
function createApplicationAutoScaling(environment: Environment): Service<"applicationautoscaling"> {
  const state = createScalingState(environment);
  const scaler = createScaler(state);
  return {
    operations: {
      ...targetOperations(state, scaler),
      ...policyOperations(state),
      ...activityOperations(state),
    },
    close: () => scaler.close(),
  };
}
