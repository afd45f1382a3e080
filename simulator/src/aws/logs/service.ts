import type { Environment } from "../../environment.ts";
import type { Service } from "../api.ts";

export function createLogs(_environment: Environment): Service<"logs"> {
  return { operations: {} };
}
