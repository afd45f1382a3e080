import type { Environment } from "../../environment.ts";
import type { Service } from "../api.ts";
import type { Definition } from "../definition.ts";
import { groupOperations, type SchedulerState, scheduleOperations } from "./schedules.ts";

export const scheduler: Definition<"scheduler"> = {
  create: createScheduler,
  client: "scheduler",
  wires: [{ protocol: "restJson1", route: "scheduler" }],
};

/** EventBridge Scheduler for ECS targets. Source of shapes and errors: API reference 2021-06-30. */
function createScheduler(environment: Environment): Service<"scheduler"> {
  const state: SchedulerState = {
    environment,
    groups: new Set(["default"]),
    schedules: new Map(),
    runs: new Set(),
  };
  return {
    operations: { ...scheduleOperations(state), ...groupOperations(state) },
    async close() {
      for (const { timer } of state.schedules.values()) timer.abort();
      await Promise.all(state.runs);
    },
  };
}
