import type { Environment } from "../../environment.ts";
import type { Service } from "../api.ts";

export function createCloudFormation(_environment: Environment): Service<"cloudformation"> {
  return { operations: {} };
}
