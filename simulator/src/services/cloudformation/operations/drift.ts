import type {
  DescribeStackDriftDetectionStatusCommandInput,
  DescribeStackResourceDriftsCommandInput,
  DetectStackDriftCommandInput,
} from "@aws-sdk/client-cloudformation";
import { startDetection } from "../stack/detect-drift.ts";
import type { CloudFormationState, DriftRecord, StackRecord } from "../stack/records.ts";
import { validationError } from "../template/errors.ts";
import { findStack, page } from "./find.ts";
import { refuseMembers } from "./read-definition.ts";

const detectable = [
  "CREATE_COMPLETE",
  "UPDATE_COMPLETE",
  "UPDATE_ROLLBACK_COMPLETE",
  "UPDATE_ROLLBACK_FAILED",
  "IMPORT_COMPLETE",
  "IMPORT_ROLLBACK_COMPLETE",
];

export function detectStackDrift(state: CloudFormationState, input: DetectStackDriftCommandInput) {
  refuseMembers(input, ["LogicalResourceIds"]);
  const stack = findStack(state, input.StackName);
  if (!detectable.includes(stack.status))
    throw validationError(
      `Drift detection cannot be performed on stack [${stack.id}] while in [${stack.status}] state.`,
    );
  if (stack.drift?.status === "DETECTION_IN_PROGRESS")
    throw validationError(`Drift detection is already in progress for stack [${stack.id}].`);
  return { StackDriftDetectionId: startDetection(state, stack).id };
}

export function describeStackDriftDetectionStatus(
  { stacks }: CloudFormationState,
  { StackDriftDetectionId: id }: DescribeStackDriftDetectionStatusCommandInput,
) {
  const stack = [...stacks.values()].find(({ drift }) => drift?.id === id);
  if (!stack?.drift) throw validationError(`Drift detection with id ${id} does not exist`);
  const { drift } = stack;
  return {
    StackId: stack.id,
    StackDriftDetectionId: drift.id,
    DetectionStatus: drift.status,
    DetectionStatusReason: drift.statusReason,
    StackDriftStatus: stackStatus(drift),
    DriftedStackResourceCount: drifted(drift).length,
    Timestamp: drift.at,
  };
}

export function describeStackResourceDrifts(
  state: CloudFormationState,
  input: DescribeStackResourceDriftsCommandInput,
) {
  const stack = findStack(state, input.StackName);
  const wanted = input.StackResourceDriftStatusFilters ?? [];
  const drifts = (stack.drift?.drifts ?? []).filter(
    ({ StackResourceDriftStatus: status }) => wanted.length === 0 || (status && wanted.includes(status)),
  );
  const { items, next } = page(drifts, input.NextToken);
  return { StackResourceDrifts: items, NextToken: next };
}

/** Returns the result of the last detection, as DescribeStacks shows it. */
export function stackDrift({ drift }: StackRecord) {
  return drift?.status === "DETECTION_COMPLETE"
    ? { StackDriftStatus: stackStatus(drift), LastCheckTimestamp: drift.at }
    : { StackDriftStatus: "NOT_CHECKED" as const };
}

/** As `stackDrift`, of one resource. */
export function resourceDrift({ drift }: StackRecord, logicalId: string) {
  const found = drift?.drifts.find(({ LogicalResourceId }) => LogicalResourceId === logicalId);
  return {
    StackResourceDriftStatus: found?.StackResourceDriftStatus ?? ("NOT_CHECKED" as const),
    ...(found && { LastCheckTimestamp: drift?.at }),
  };
}

function stackStatus(drift: DriftRecord) {
  if (drift.status !== "DETECTION_COMPLETE") return "NOT_CHECKED" as const;
  return drifted(drift).length > 0 ? ("DRIFTED" as const) : ("IN_SYNC" as const);
}

function drifted({ drifts }: DriftRecord) {
  return drifts.filter(({ StackResourceDriftStatus }) => StackResourceDriftStatus !== "IN_SYNC");
}
