import type { Environment } from "../../environment.ts";
import type { Service } from "../api.ts";
import { policyOperations } from "./policies.ts";
import { createScalingState } from "./state.ts";
import { tagOperations } from "./tags.ts";
import { targetOperations } from "./targets.ts";

/**
 * Scalable targets and scaling policies of ECS services, as state: what is asked for is checked and told, but nothing
 * is scaled by it yet, a registration does not bring the desired count into its range, and a policy makes no alarms.
 * Source of shapes, limits and errors: API reference 2016-02-06.
 */
export function createApplicationAutoScaling(environment: Environment): Service<"applicationautoscaling"> {
  const state = createScalingState(environment);
  return {
    operations: { ...targetOperations(state), ...policyOperations(state), ...tagOperations(state) },
  };
}
