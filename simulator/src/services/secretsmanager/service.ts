import { type Definition, serviceOn } from "../definition.ts";
import { policyOperations } from "./policies.ts";
import { describeOperations, secretOperations } from "./secrets.ts";
import { createSecretsState } from "./state.ts";
import { passwordOperations, valueOperations } from "./values.ts";

/** Secrets Manager in memory. Source of shapes, limits and errors: API reference 2017-10-17. */
const createSecretsManager = serviceOn(createSecretsState, [
  secretOperations,
  valueOperations,
  describeOperations,
  policyOperations,
  passwordOperations,
]);

export const secretsmanager: Definition<"secretsmanager"> = {
  create: createSecretsManager,
  client: "secrets-manager",
  wires: [{ protocol: "awsJson1.1", route: "secretsmanager" }],
  invalidValue: "InvalidParameterException",
};
