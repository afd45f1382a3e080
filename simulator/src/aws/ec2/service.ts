import type { Environment } from "../../environment.ts";
import type { Service } from "../api.ts";

export function createEc2(_environment: Environment): Service<"ec2"> {
  return { operations: {} };
}
