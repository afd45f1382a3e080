import type { Environment } from "../../environment.ts";
import type { Service } from "../api.ts";
import type { Definition } from "../definition.ts";
import { createLambdaState, functionOperations } from "./functions.ts";
import { createInvocations } from "./invoke.ts";

export const lambda: Definition<"lambda"> = {
  create: createLambda,
  client: "lambda",
  wires: [{ protocol: "restJson1", route: "lambda" }],
  invalidValue: "InvalidParameterValueException",
};

/** Lambda functions in Node, each invocation a process. Source of shapes and errors: API reference 2015-03-31. */
function createLambda(environment: Environment): Service<"lambda"> {
  const state = createLambdaState(environment);
  const invocations = createInvocations(state, environment);
  return {
    operations: { ...functionOperations(state, environment), ...invocations.operations },
    close: invocations.close,
  };
}
