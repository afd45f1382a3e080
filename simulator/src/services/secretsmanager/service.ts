import type { Environment } from "../../environment.ts";
import type { Service } from "../api.ts";
import type { Definition } from "../definition.ts";
import { describeOperations, secretOperations } from "./secrets.ts";
import { createSecretsState } from "./state.ts";
import { passwordOperations, valueOperations } from "./values.ts";

export const secretsmanager: Definition<"secretsmanager"> = {
  create: createSecretsManager,
  client: "secrets-manager",
  wires: [{ protocol: "awsJson1.1", route: "secretsmanager" }],
  invalidValue: "InvalidParameterException",
};

/** Secrets Manager in memory. Source of shapes, limits and errors: API reference 2017-10-17. */
export function createSecretsManager(environment: Environment): Service<"secretsmanager"> {
  const state = createSecretsState(environment);
  return {
    operations: {
      ...secretOperations(state),
      ...valueOperations(state),
      ...describeOperations(state),
      ...passwordOperations(),
    },
  };
}
