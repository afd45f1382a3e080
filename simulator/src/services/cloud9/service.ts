import type { Environment } from "../../environment.ts";
import type { Service } from "../api.ts";
import type { Definition } from "../definition.ts";
import { createCloud9State, environmentOperations, tagOperations } from "./environments.ts";

export const cloud9: Definition<"cloud9"> = {
  create: createCloud9,
  client: "cloud9",
  wires: [{ protocol: "awsJson1.1", route: "AWSCloud9WorkspaceManagementService" }],
  loadModel: () => import("./model.ts"),
  invalidValue: "BadRequestException",
};

/**
 * Development environments as state: no instance runs and no editor opens, so each is ready at once. Source of shapes,
 * limits and errors: API reference 2017-09-23.
 */
function createCloud9(environment: Environment): Service<"cloud9"> {
  const state = createCloud9State(environment);
  return { operations: { ...environmentOperations(state), ...tagOperations(state) } };
}
