import type { Environment } from "../../environment.ts";
import type { Service } from "../api.ts";
import type { Definition } from "../definition.ts";
import { eventOperations } from "./put-events.ts";
import { ruleOperations, ruleTagOperations, targetOperations } from "./rules.ts";
import type { EventsState } from "./state.ts";

export const events: Definition<"events"> = {
  create: createEvents,
  client: "eventbridge",
  wires: [{ protocol: "awsJson1.1", route: "AWSEvents" }],
};

/** EventBridge's default bus. Source of shapes and errors: API reference 2015-10-07. */
function createEvents(environment: Environment): Service<"events"> {
  const state: EventsState = { environment, rules: new Map(), deliveries: new Set() };
  return {
    operations: {
      ...ruleOperations(state),
      ...targetOperations(state),
      ...eventOperations(state),
      ...ruleTagOperations(state),
    },
    async close() {
      for (const { timer } of state.rules.values()) timer.abort();
      await Promise.all(state.deliveries);
    },
  };
}
