import { type Definition, serviceOn } from "../definition.ts";
import { groupOperations, logTagOperations, streamOperations } from "./groups.ts";
import { putEventsOperations, readEventsOperations } from "./read-events.ts";
import { createLogsState } from "./state.ts";

/** CloudWatch Logs in memory. Source of shapes, limits and errors: API reference 2014-03-28. */
const createLogs = serviceOn(createLogsState, [
  groupOperations,
  streamOperations,
  putEventsOperations,
  readEventsOperations,
  logTagOperations,
]);

export const logs: Definition<"logs"> = {
  create: createLogs,
  client: "cloudwatch-logs",
  wires: [{ protocol: "awsJson1.1", route: "Logs_20140328" }],
  invalidValue: "InvalidParameterException",
};
