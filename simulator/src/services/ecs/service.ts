import type { Environment } from "../../environment.ts";
import type { Service } from "../api.ts";
import type { Definition } from "../definition.ts";
import { clusterOperations } from "./clusters.ts";
import { createDeploymentController } from "./controller/deployment-controller.ts";
import { createServiceController } from "./controller/service-scheduler.ts";
import { createAddresses } from "./network-interface.ts";
import { publishMetrics } from "./publish-metrics.ts";
import { serviceDeploymentOperations } from "./service-deployments.ts";
import { serviceOperations } from "./services.ts";
import { createState, type EcsContext } from "./state.ts";
import { ecsTagOperations } from "./tags.ts";
import { taskDefinitionOperations } from "./task-definitions.ts";
import { requestStop } from "./task-lifecycle.ts";
import { taskSetOperations } from "./task-sets.ts";
import { taskOperations } from "./tasks.ts";

export const ecs: Definition<"ecs"> = {
  create: createEcs,
  client: "ecs",
  wires: [{ protocol: "awsJson1.1", route: "AmazonEC2ContainerServiceV20141113" }],
  invalidValue: "InvalidParameterException",
};

function createEcs(environment: Environment): Service<"ecs"> {
  const closing = new AbortController();
  const state = createState(environment);
  const context: EcsContext = {
    environment,
    state,
    addresses: createAddresses(),
    closing: closing.signal,
    wake: (service) => controller.wake(service),
    deploy: (deployment) => deployments.start(deployment),
  };
  const controller = createServiceController(context);
  const deployments = createDeploymentController(context);
  publishMetrics(context);
  return {
    operations: {
      ...clusterOperations(context),
      ...taskDefinitionOperations(context),
      ...serviceOperations(context),
      ...serviceDeploymentOperations(context),
      ...taskSetOperations(context),
      ...taskOperations(context),
      ...ecsTagOperations(context),
    },
    async close() {
      closing.abort();
      await deployments.close();
      await controller.close();
      for (const record of state.tasks.values())
        requestStop(record, { stopCode: "TerminationNotice", stoppedReason: "The simulator ends." });
      await Promise.all([...state.tasks.values()].map(({ ended }) => ended));
    },
  };
}
