import type { RunningService } from "../shared/ecs/service.ts";
import { Failure } from "../shared/failure.ts";
import { createCodeDeployEngine } from "./codedeploy/engine.ts";
import type { DeliveryContext } from "./context.ts";
import { createEcsEngine } from "./ecs/engine.ts";
import type { Engine } from "./engine.ts";
import type { DeployInputs } from "./inputs.ts";

/** Chooses the engine once, by the service's deployment controller in DescribeServices. */
export function chooseEngine(
  service: RunningService,
  context: DeliveryContext,
  inputs: DeployInputs,
): Engine {
  if (service.controller === "CODE_DEPLOY") return createCodeDeployEngine(service, context, inputs);
  if (service.controller === "ECS") return createEcsEngine(service, context, inputs);
  throw new Failure(
    `Service ${inputs.service} has the deployment controller ${service.controller}; this action deploys services with ECS or CODE_DEPLOY`,
    {
      nextStep:
        "deploy it with the tool that created its task sets, or recreate it with one of these controllers.",
    },
  );
}
