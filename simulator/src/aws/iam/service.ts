import type { Environment } from "../../environment.ts";
import type { Service } from "../api.ts";

export function createIam(_environment: Environment): Service<"iam"> {
  return { operations: {} };
}
