import { randomUUID } from "node:crypto";
import type {
  RegisterScalableTargetCommandInput,
  ScalableTarget as TargetView,
} from "@aws-sdk/client-application-auto-scaling";
import { refuseBroken } from "../../kit/constraints.ts";
import { refuseUnsupported } from "../../kit/refuse-unsupported.ts";
import type { Operations } from "../api.ts";
import type { Scaler } from "./controller/scaler.ts";
import { deletePolicy } from "./policies.ts";
import {
  dimension,
  findTarget,
  invalid,
  namespace,
  pageFor,
  resourceIdOf,
  type ScalableTarget,
  type ScalingState,
} from "./state.ts";

export function targetOperations(state: ScalingState, scaler: Scaler): Operations<"applicationautoscaling"> {
  return {
    async registerScalableTarget(input) {
      const resourceId = resourceIdOf(input);
      const { Tags } = input;
      refuseUnsupported("ValidationException", "RegisterScalableTarget", { Tags }, []);
      refuseBroken("ValidationException", [
        ["minCapacity", input.MinCapacity, { range: [0, 2 ** 31 - 1] }],
        ["maxCapacity", input.MaxCapacity, { range: [0, 2 ** 31 - 1] }],
      ]);
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
      // Deleted with its policies (API reference, DeregisterScalableTarget).
      state.targets.delete(target.resourceId);
      scaler.forget(target);
      for (const policy of state.policies.filter(({ resourceId }) => resourceId === target.resourceId))
        await deletePolicy(state, policy);
      return {};
    },
    describeScalableTargets(input) {
      const { items, NextToken } = pageFor(
        input,
        [...state.targets.values()],
        ({ resourceId }) => resourceId,
      );
      return { ScalableTargets: items.map((target) => describe(state, target)), NextToken };
    },
  };
}

function changeTarget(target: ScalableTarget, input: RegisterScalableTargetCommandInput): void {
  const { MinCapacity: minimum = target.minimum, MaxCapacity: maximum = target.maximum } = input;
  refuseEmptyRange(minimum, maximum);
  Object.assign(target, { minimum, maximum, suspended: { ...target.suspended, ...input.SuspendedState } });
}

function newTarget(
  { environment: { region, accountId, clock } }: ScalingState,
  resourceId: string,
  input: RegisterScalableTargetCommandInput,
): ScalableTarget {
  const { MinCapacity: minimum, MaxCapacity: maximum, SuspendedState = {} } = input;
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
