import type {
  StepScalingPolicyConfiguration,
  SuspendedState,
  TargetTrackingScalingPolicyConfiguration,
} from "@aws-sdk/client-application-auto-scaling";
import type { Environment } from "../../environment.ts";
import { AwsError } from "../../errors.ts";

export interface ScalableTarget {
  /** `service/cluster/service`. */
  readonly resourceId: string;
  readonly arn: string;
  readonly createdAt: Date;
  minimum: number;
  maximum: number;
  suspended: Required<SuspendedState>;
  readonly tags: Map<string, string>;
}

export type PolicySettings =
  | { readonly type: "StepScaling"; readonly configuration: StepScalingPolicyConfiguration }
  | {
      readonly type: "TargetTrackingScaling";
      readonly configuration: TargetTrackingScalingPolicyConfiguration;
    };

export interface ScalingPolicy {
  readonly name: string;
  readonly arn: string;
  readonly resourceId: string;
  readonly createdAt: Date;
  settings: PolicySettings;
}

export interface ScalingState {
  readonly environment: Environment;
  /** By resource id: the simulator scales one dimension only. */
  readonly targets: Map<string, ScalableTarget>;
  readonly policies: ScalingPolicy[];
}

export const namespace = "ecs";
export const dimension = "ecs:service:DesiredCount";

export function createScalingState(environment: Environment): ScalingState {
  return { environment, targets: new Map(), policies: [] };
}

export function invalid(message: string): AwsError {
  return new AwsError("ValidationException", message);
}

/** What names a target or a policy's target, checked: the simulator scales services of ECS and nothing else. */
export function resourceIdOf(input: {
  ServiceNamespace?: string | undefined;
  ScalableDimension?: string | undefined;
  ResourceId?: string | undefined;
}): string {
  refuseOtherServices(input.ServiceNamespace);
  const { ScalableDimension = dimension, ResourceId = "" } = input;
  if (ScalableDimension !== dimension || !/^service\/[^/]+\/[^/]+$/.test(ResourceId))
    throw invalid(
      `Unsupported service namespace, resource type or scalable dimension: the simulator scales ${dimension} of service/<cluster>/<service>, not ${ScalableDimension} of ${ResourceId}`,
    );
  return ResourceId;
}

export function refuseOtherServices(given: string | undefined): void {
  if (given !== namespace)
    throw invalid(`The simulator scales the ServiceNamespace ${namespace} only, not ${given}.`);
}

/** Throws ObjectNotFoundException. */
export function findTarget(state: ScalingState, resourceId: string): ScalableTarget {
  const found = state.targets.get(resourceId);
  if (found) return found;
  throw new AwsError(
    "ObjectNotFoundException",
    `No scalable target found for service namespace: ${namespace}, resource ID: ${resourceId}, scalable dimension: ${dimension}`,
  );
}
