import type { Environment } from "../../environment.ts";
import type { Service } from "../api.ts";

export function createElbv2(_environment: Environment): Service<"elbv2"> {
  return { operations: {} };
}
