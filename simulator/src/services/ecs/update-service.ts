import type { UpdateServiceCommandInput, UpdateServiceCommandOutput } from "@aws-sdk/client-ecs";
import { AwsError } from "../../kit/errors.ts";
import { refuseUnsupported } from "../../kit/refuse-unsupported.ts";
import { requireActiveService } from "./find.ts";
import type { ServiceRecord } from "./service-records.ts";
import type { EcsContext } from "./state.ts";
import { updateDeployedService } from "./update-deployed-service.ts";
import { viewService } from "./views.ts";
import { withoutDefaults } from "./without-defaults.ts";

type Answer = Omit<UpdateServiceCommandOutput, "$metadata">;

export async function updateService(context: EcsContext, input: UpdateServiceCommandInput): Promise<Answer> {
  const service = requireActiveService(context.state, input.cluster, input.service as string);
  checkNumbers(input);
  if (service.settings.deploymentController?.type === "ECS")
    await updateDeployedService(context, service, input);
  else {
    refuseDeployment(service, input);
    refuseUnsupported("InvalidParameterException", "UpdateService", withoutDefaults(input), [
      "cluster",
      "service",
      "desiredCount",
      "healthCheckGracePeriodSeconds",
    ]);
  }
  const { desiredCount = service.desiredCount, healthCheckGracePeriodSeconds } = input;
  service.desiredCount = desiredCount;
  service.healthCheckGracePeriodSeconds =
    healthCheckGracePeriodSeconds ?? service.healthCheckGracePeriodSeconds;
  context.wake(service);
  return { service: viewService(context, service) };
}

function checkNumbers({ desiredCount = 0, healthCheckGracePeriodSeconds = 0 }: UpdateServiceCommandInput) {
  if (desiredCount < 0) throw invalid("desiredCount must not be negative.");
  if (healthCheckGracePeriodSeconds < 0) throw invalid("healthCheckGracePeriodSeconds must not be negative.");
}

/** Refuses changes that only a deployment may make, with AWS's message. */
function refuseDeployment(service: ServiceRecord, input: UpdateServiceCommandInput): void {
  const type = service.settings.deploymentController?.type;
  const how =
    type === "CODE_DEPLOY"
      ? " Use AWS CodeDeploy to trigger a new deployment."
      : " Use CreateTaskSet to deploy.";
  const refuse = (what: string) => invalid(`${what} on services with a ${type} deployment controller.${how}`);
  if (input.taskDefinition) throw refuse("Unable to update task definition");
  if (input.forceNewDeployment) throw refuse("Cannot force a new deployment");
  if (input.networkConfiguration) throw refuse("Unable to update network parameters");
  if (input.platformVersion) throw refuse("Unable to update platform version");
  if (input.loadBalancers) throw refuse("Unable to update load balancers");
}

function invalid(message: string): AwsError {
  return new AwsError("InvalidParameterException", message);
}
