import type {
  ScalingActivity,
  SuspendedState,
  TargetTrackingScalingPolicyConfiguration,
} from "@aws-sdk/client-application-auto-scaling";
import type { Environment } from "../../environment.ts";
import { AwsError, errorWith } from "../../kit/errors.ts";
import { pager } from "../../kit/page.ts";

export interface ScalableTarget {
  /** `service/cluster/service`. */
  readonly resourceId: string;
  readonly arn: string;
  readonly createdAt: Date;
  minimum: number;
  maximum: number;
  suspended: Required<SuspendedState>;
  readonly cooldowns: Cooldowns;
}

/** Effects of past scaling activities on the next. Times are milliseconds of the wall clock. */
interface Cooldowns {
  /** Until then a scale-out counts from the capacity before the last one. */
  out?: { readonly before: number; until: number };
  /** No policy scales in until then. */
  inUntil: number;
}

export interface ScalingPolicy {
  readonly name: string;
  readonly arn: string;
  readonly resourceId: string;
  readonly createdAt: Date;
  configuration: TargetTrackingScalingPolicyConfiguration;
  /** Alarms for its target. */
  alarms: readonly TrackingAlarm[];
}

export interface TrackingAlarm {
  readonly kind: "AlarmHigh" | "AlarmLow";
  readonly name: string;
  readonly arn: string;
}

export interface ScalingState {
  readonly environment: Environment;
  /** By resource id: the simulator scales one dimension only. */
  readonly targets: Map<string, ScalableTarget>;
  readonly policies: ScalingPolicy[];
  /** Newest first. */
  readonly activities: ScalingActivity[];
}

export const namespace = "ecs";
export const dimension = "ecs:service:DesiredCount";

export function createScalingState(environment: Environment): ScalingState {
  return { environment, targets: new Map(), policies: [], activities: [] };
}

export const invalid = errorWith("ValidationException");

/** Checks and returns the id of a target; the simulator scales only services of ECS. */
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

function refuseOtherServices(given: string | undefined): void {
  if (given !== namespace)
    throw invalid(`The simulator scales the ServiceNamespace ${namespace} only, not ${given}.`);
}

/** Source of the size: API reference of the Describe operations. */
const page = pager({
  size: "MaxResults",
  token: "NextToken",
  standard: 50,
  code: "InvalidNextTokenException",
  invalid: "ValidationException",
});

interface PageInput {
  ServiceNamespace?: string | undefined;
  ScalableDimension?: string | undefined;
  ResourceId?: string | undefined;
  ResourceIds?: string[] | undefined;
  MaxResults?: number | undefined;
  NextToken?: string | undefined;
}

/** Returns the page that a Describe operation requests, of the items of the requested resources. */
export function pageFor<Item>(input: PageInput, all: readonly Item[], idOf: (item: Item) => string) {
  const { ServiceNamespace, ScalableDimension, ResourceId, ResourceIds } = input;
  refuseOtherServices(ServiceNamespace);
  const ids = ResourceIds ?? (ResourceId === undefined ? [] : [ResourceId]);
  if (ScalableDimension !== undefined && ids.length === 0)
    throw invalid("A scalable dimension needs the resource ID that it belongs to.");
  const wanted = all.filter((item) => ids.length === 0 || ids.includes(idOf(item)));
  return page(wanted, input);
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
