import { type Definition, serviceOn } from "../definition.ts";
import { createCloud9State, environmentOperations, environmentTagOperations } from "./environments.ts";

/**
 * Development environments as state: no instance runs and no editor opens, so each is ready at once. Source of shapes,
 * limits and errors: API reference 2017-09-23.
 */
const createCloud9 = serviceOn(createCloud9State, [environmentOperations, environmentTagOperations]);

export const cloud9: Definition<"cloud9"> = {
  create: createCloud9,
  client: "cloud9",
  wires: [{ protocol: "awsJson1.1", route: "AWSCloud9WorkspaceManagementService" }],
  loadModel: () => import("./model.ts"),
  invalidValue: "BadRequestException",
};
