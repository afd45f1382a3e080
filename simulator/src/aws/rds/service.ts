import type { Environment } from "../../environment.ts";
import type { Service } from "../api.ts";

export function createRds(_environment: Environment): Service<"rds"> {
  return { operations: {} };
}
