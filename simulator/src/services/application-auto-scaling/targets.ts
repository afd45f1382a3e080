import { randomUUID } from "node:crypto";
import type {
  RegisterScalableTargetCommandInput,
  ScalableTarget as TargetView,
} from "@aws-sdk/client-application-auto-scaling";
import { AwsError } from "../../kit/errors.ts";
import { page } from "../../kit/page.ts";
import type { Service } from "../api.ts";
import { checkCapacities } from "./check-capacities.ts";
import type { Scaler } from "./controller/scaler.ts";
import { deletePolicy } from "./policies.ts";
import { remove } from "./scheduled-actions.ts";
import {
  dimension,
  findTarget,
  invalid,
  namespace,
  pageSize,
  refuseOtherServices,
  resourceIdOf,
  type ScalableTarget,
  type ScalingState,
} from "./state.ts";

export function targetOperations(
  state: ScalingState,
  scaler: Scaler,
): Service<"applicationautoscaling">["operations"] {
  return {
    async registerScalableTarget(input) {
      const resourceId = resourceIdOf(input);
      checkCapacities(input);
      const known = state.targets.get(resourceId);
      if (known) {
        changeTarget(known, input);
        scaler.bringIntoRange(known);
        return { ScalableTargetARN: known.arn };
      }
      const target = newTarget(state, resourceId, input);
      await refuseMissingService(state, resourceId);
      await ensureServiceLinkedRole(state);
      state.targets.set(resourceId, target);
      scaler.bringIntoRange(target);
      return { ScalableTargetARN: target.arn };
    },
    async deregisterScalableTarget(input) {
      const target = findTarget(state, resourceIdOf(input));
      const isOwn = ({ resourceId }: { resourceId: string }) => resourceId === target.resourceId;
      // Deleted with its policies and scheduled actions (API reference, DeregisterScalableTarget).
      state.targets.delete(target.resourceId);
      scaler.forget(target);
      for (const action of state.scheduledActions.filter(isOwn)) remove(state, action);
      for (const policy of state.policies.filter(isOwn)) await deletePolicy(state, policy);
      return {};
    },
    describeScalableTargets({ ServiceNamespace, ResourceIds, ScalableDimension, MaxResults, NextToken }) {
      refuseOtherServices(ServiceNamespace);
      if (ScalableDimension !== undefined && !ResourceIds?.length)
        throw invalid("A scalable dimension needs the resource IDs that it belongs to.");
      const wanted = [...state.targets.values()].filter(
        ({ resourceId }) => !ResourceIds?.length || ResourceIds.includes(resourceId),
      );
      const { items, next } = page(wanted, {
        size: MaxResults ?? pageSize,
        token: NextToken,
        code: "InvalidNextTokenException",
      });
      return { ScalableTargets: items.map((target) => describe(state, target)), NextToken: next };
    },
  };
}

function changeTarget(target: ScalableTarget, input: RegisterScalableTargetCommandInput): void {
  if (input.Tags)
    throw invalid(
      "The resource is registered already: its tags are changed by TagResource and UntagResource.",
    );
  const { MinCapacity: minimum = target.minimum, MaxCapacity: maximum = target.maximum } = input;
  refuseEmptyRange(minimum, maximum);
  Object.assign(target, { minimum, maximum, suspended: { ...target.suspended, ...input.SuspendedState } });
}

function newTarget(
  { environment: { region, accountId, clock } }: ScalingState,
  resourceId: string,
  input: RegisterScalableTargetCommandInput,
): ScalableTarget {
  const { MinCapacity: minimum, MaxCapacity: maximum, SuspendedState = {}, Tags = {} } = input;
  if (minimum === undefined || maximum === undefined)
    throw invalid(
      "Both the minimum and the maximum capacity must be given to register a new scalable target.",
    );
  refuseEmptyRange(minimum, maximum);
  return {
    resourceId,
    arn: `arn:aws:application-autoscaling:${region}:${accountId}:scalable-target/${randomUUID().replaceAll("-", "")}`,
    createdAt: clock.now(),
    minimum,
    maximum,
    suspended: { ...nothingSuspended, ...SuspendedState },
    tags: new Map(Object.entries(Tags)),
    cooldowns: { inUntil: 0 },
  };
}

const nothingSuspended = {
  DynamicScalingInSuspended: false,
  DynamicScalingOutSuspended: false,
  ScheduledScalingSuspended: false,
};

function refuseEmptyRange(minimum: number, maximum: number): void {
  if (minimum > maximum)
    throw invalid(
      `Maximum capacity cannot be less than minimum capacity: ${maximum} is less than ${minimum}.`,
    );
}

async function refuseMissingService({ environment }: ScalingState, resourceId: string): Promise<void> {
  const [, cluster, service = ""] = resourceId.split("/");
  const { services = [] } = await environment.aws.ecs
    .describeServices({ cluster, services: [service] })
    .catch(() => ({ services: [] }));
  if (!services.some(({ status }) => status === "ACTIVE"))
    throw invalid(`ECS service doesn't exist: ${resourceId}`);
}

/** AWS creates it with the first target of an account; of two in parallel, one finds it existing. */
async function ensureServiceLinkedRole({ environment: { aws } }: ScalingState): Promise<void> {
  const RoleName = "AWSServiceRoleForApplicationAutoScaling_ECSService";
  const AWSServiceName = "ecs.application-autoscaling.amazonaws.com";
  const find = () => aws.iam.getRole({ RoleName });
  await find().catch(() => aws.iam.createServiceLinkedRole({ AWSServiceName }).catch(find));
}

function describe({ environment: { accountId } }: ScalingState, target: ScalableTarget): TargetView {
  return {
    ServiceNamespace: namespace,
    ResourceId: target.resourceId,
    ScalableDimension: dimension,
    MinCapacity: target.minimum,
    MaxCapacity: target.maximum,
    // With any role of the caller, ECS is scaled with the service-linked one (API reference, RoleARN).
    RoleARN: `arn:aws:iam::${accountId}:role/aws-service-role/ecs.application-autoscaling.amazonaws.com/AWSServiceRoleForApplicationAutoScaling_ECSService`,
    CreationTime: target.createdAt,
    SuspendedState: { ...target.suspended },
    ScalableTargetARN: target.arn,
  };
}

/** Maximum of one resource. Source: the quotas of tagging. */
const maximumTags = 50;

export function tagOperations(state: ScalingState): Service<"applicationautoscaling">["operations"] {
  return {
    tagResource({ ResourceARN, Tags = {} }) {
      const { tags } = byArn(state, ResourceARN);
      const next = new Map([...tags, ...Object.entries(Tags)]);
      if (next.size > maximumTags)
        throw new AwsError("TooManyTagsException", `The resource would have more than ${maximumTags} tags.`);
      for (const [key, value] of Object.entries(Tags)) tags.set(key, value);
      return {};
    },
    untagResource({ ResourceARN, TagKeys = [] }) {
      const { tags } = byArn(state, ResourceARN);
      for (const key of TagKeys) tags.delete(key);
      return {};
    },
    listTagsForResource: ({ ResourceARN }) => ({ Tags: Object.fromEntries(byArn(state, ResourceARN).tags) }),
  };
}

function byArn({ targets }: ScalingState, arn: string | undefined): ScalableTarget {
  const found = [...targets.values()].find((target) => target.arn === arn);
  if (found) return found;
  throw new AwsError("ResourceNotFoundException", `No scalable target has the ARN ${arn}.`);
}
