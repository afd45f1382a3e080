import type { Environment } from "../../environment.ts";
import type { Service } from "../api.ts";
import type { Definition } from "../definition.ts";
import { groupOperations, streamOperations, tagOperations } from "./groups.ts";
import { putEventsOperations, readEventsOperations } from "./read-events.ts";
import { createLogsState } from "./state.ts";

export const logs: Definition<"logs"> = {
  create: createLogs,
  client: "cloudwatch-logs",
  wires: [{ protocol: "awsJson1.1", route: "Logs_20140328" }],
  invalidValue: "InvalidParameterException",
};

/** CloudWatch Logs in memory. Source of shapes, limits and errors: API reference 2014-03-28. */
export function createLogs(environment: Environment): Service<"logs"> {
  const state = createLogsState(environment);
  return {
    operations: {
      ...groupOperations(state),
      ...streamOperations(state),
      ...putEventsOperations(state),
      ...readEventsOperations(state),
      ...tagOperations(state),
    },
  };
}
