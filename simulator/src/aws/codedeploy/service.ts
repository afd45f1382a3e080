import type { Environment } from "../../environment.ts";
import type { Service } from "../api.ts";

export function createCodeDeploy(_environment: Environment): Service<"codedeploy"> {
  return { operations: {} };
}
