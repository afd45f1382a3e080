import type { Environment } from "../../environment.ts";
import type { Service } from "../api.ts";

export function createEcs(_environment: Environment): Service<"ecs"> {
  return { operations: {} };
}
