import type { ErrorCode } from "@aws-sdk/client-codedeploy";
import type { AwsError } from "../../../kit/errors.ts";

/** Reason of a failed deployment, as in errorInformation. */
export class DeploymentFailure extends Error {
  readonly code: ErrorCode;
  /** Text for the lifecycle event's diagnostics, if it has more than the deployment's error. */
  readonly diagnostic: string;

  constructor(code: ErrorCode, message: string, diagnostic = message) {
    super(message);
    this.name = "DeploymentFailure";
    this.code = code;
    this.diagnostic = diagnostic;
  }
}

/** Reason of a stopped deployment, passed to its signal. */
export class StopRequest extends Error {
  readonly code: ErrorCode;
  /** Undefined uses the deployment group's automatic rollback. */
  readonly rollBack: boolean | undefined;

  constructor(code: ErrorCode, message: string, rollBack: boolean | undefined) {
    super(message);
    this.name = "StopRequest";
    this.code = code;
    this.rollBack = rollBack;
  }
}

/** Calls ECS; an error ends the deployment, in CodeDeploy's words. */
export function orEcsFailure<Output>(call: Promise<Output>): Promise<Output> {
  return call.catch((error: AwsError) => {
    throw new DeploymentFailure(
      "ECS_UPDATE_ERROR",
      `The ECS service cannot be updated due to an unexpected error: ${error.message} (Service: AmazonECS; Status Code: ${error.statusCode ?? 500}; Error Code: ${error.code ?? error.name}).`,
    );
  });
}

/** Calls Elastic Load Balancing; an error ends the deployment, in CodeDeploy's words. */
export function orLoadBalancerFailure<Output>(call: Promise<Output>): Promise<Output> {
  return call.catch((error: AwsError) => {
    throw new DeploymentFailure(
      "ELASTIC_LOAD_BALANCING_INVALID",
      `The ELB could not be updated due to the following error: ${error.message}`,
    );
  });
}
