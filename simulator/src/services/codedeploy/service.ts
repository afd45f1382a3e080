import type { Environment } from "../../environment.ts";
import type { Service } from "../api.ts";
import type { Definition } from "../definition.ts";
import { applicationOperations, codeDeployTagOperations } from "./applications.ts";
import { createCodeDeployController } from "./controller/controller.ts";
import { builtInConfigs, deploymentConfigOperations } from "./deployment-configs.ts";
import { deploymentGroupOperations } from "./deployment-groups.ts";
import {
  createDeploymentOperations,
  deploymentOperations,
  hookExecutionOperations,
  targetOperations,
} from "./deployments.ts";
import { applicationRevisionOperations } from "./revisions.ts";
import { createCodeDeployState } from "./state.ts";

export const codedeploy: Definition<"codedeploy"> = {
  create: createCodeDeploy,
  client: "codedeploy",
  wires: [{ protocol: "awsJson1.1", route: "CodeDeploy_20141006" }],
};

/** CodeDeploy for the ECS compute platform. Source of shapes and errors: API reference 2014-10-06. */
function createCodeDeploy(environment: Environment): Service<"codedeploy"> {
  const state = createCodeDeployState(builtInConfigs);
  const controller = createCodeDeployController(environment, state);
  const now = () => environment.clock.now();
  return {
    operations: {
      ...applicationOperations(state, now, controller.abandon),
      ...applicationRevisionOperations(state),
      ...deploymentGroupOperations(state, environment, controller.abandon),
      ...deploymentConfigOperations(state, now),
      ...createDeploymentOperations(state, environment, controller),
      ...deploymentOperations(state, controller),
      ...hookExecutionOperations(state),
      ...targetOperations(state, environment, controller),
      ...codeDeployTagOperations(state, environment),
    },
    close: () => controller.close(),
  };
}
