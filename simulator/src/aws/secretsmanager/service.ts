import type { Environment } from "../../environment.ts";
import type { Service } from "../api.ts";

export function createSecretsManager(_environment: Environment): Service<"secretsmanager"> {
  return { operations: {} };
}
