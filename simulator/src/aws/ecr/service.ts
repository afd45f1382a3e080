import type { Environment } from "../../environment.ts";
import type { Service } from "../api.ts";

export function createEcr(_environment: Environment): Service<"ecr"> {
  return { operations: {} };
}
