import { randomUUID } from "node:crypto";
import type { PropertyDifference, StackResourceDrift } from "@aws-sdk/client-cloudformation";
import { findResource } from "../resources/resource-type.ts";
import { resourceContext } from "../stack/operation.ts";
import type { CloudFormationState, DriftRecord, ResourceRecord, StackRecord } from "../stack/records.ts";
import { holdsDynamicReference } from "../template/dynamic-references.ts";
import { validationError } from "../template/errors.ts";
import { isMapping, type Mapping, sameValue, type Value } from "../template/value.ts";
import { findStack, type Input, page } from "./find.ts";
import { refuseMembers } from "./read-definition.ts";

const detectable = [
  "CREATE_COMPLETE",
  "UPDATE_COMPLETE",
  "UPDATE_ROLLBACK_COMPLETE",
  "UPDATE_ROLLBACK_FAILED",
  "IMPORT_COMPLETE",
  "IMPORT_ROLLBACK_COMPLETE",
];

export function detectStackDrift(state: CloudFormationState, input: Input<"detectStackDrift">) {
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
  { StackDriftDetectionId: id }: Input<"describeStackDriftDetectionStatus">,
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
  input: Input<"describeStackResourceDrifts">,
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

/** Minimum AWS time of a detection. */
const detectionMs = 5_000;

/** Compares every resource with its state in its service; the outcome is in the stack's drift record. */
function startDetection(state: CloudFormationState, stack: StackRecord): DriftRecord {
  const { clock } = state.environment;
  const record: DriftRecord = {
    id: randomUUID(),
    status: "DETECTION_IN_PROGRESS",
    at: clock.now(),
    drifts: [],
  };
  stack.drift = record;
  const detect = async () => {
    await clock.wait(detectionMs, state.signal);
    try {
      const found = await Promise.all(
        [...stack.resources.values()].map((each) => detectOne(state, stack, each)),
      );
      record.drifts = found.flat();
      record.status = "DETECTION_COMPLETE";
    } catch (error) {
      record.status = "DETECTION_FAILED";
      record.statusReason = (error as Error).message;
    }
    record.at = clock.now();
  };
  state.run(detect());
  return record;
}

async function detectOne(
  state: CloudFormationState,
  stack: StackRecord,
  { logicalId, physicalId, type, properties }: ResourceRecord,
): Promise<StackResourceDrift[]> {
  const handler = state.types[type];
  if (!handler?.actual || physicalId === undefined) return [];
  const context = resourceContext({ state, stack, signal: state.signal }, logicalId);
  const found = await findResource(handler, context, physicalId, properties);
  const actual = found && (await handler.actual(found));
  // Converted as in JSON: without undefined members, and with dates as texts.
  const reported = actual && (JSON.parse(JSON.stringify(actual, keepUndefined)) as Mapping);
  const differences = reported ? compare(properties, reported) : [];
  return [
    {
      StackId: stack.id,
      LogicalResourceId: logicalId,
      PhysicalResourceId: physicalId,
      ResourceType: type,
      ExpectedProperties: JSON.stringify(properties),
      ...(reported && { ActualProperties: JSON.stringify(reported) }),
      PropertyDifferences: differences,
      StackResourceDriftStatus: reported ? (differences.length > 0 ? "MODIFIED" : "IN_SYNC") : "DELETED",
      Timestamp: state.environment.clock.now(),
    },
  ];
}

/** A property that was read and has no value becomes null, so that it counts as removed. */
function keepUndefined(_: string, value: unknown): Value {
  return (value === undefined ? null : value) as Value;
}

/**
 * Returns the differences between the actual state and the template. Only properties that the template sets are
 * compared, as CloudFormation does; lists are compared without their order.
 */
function compare(expected: Mapping, actual: Mapping, path = ""): PropertyDifference[] {
  return Object.entries(expected).flatMap(([name, value]) =>
    // A property that the service does not report counts as unchanged.
    name in actual ? compareValue(value, actual[name], `${path}/${name}`) : [],
  );
}

function compareValue(expected: Value, actual: Value | undefined, path: string): PropertyDifference[] {
  // A secret is not compared: a difference would reveal it.
  if (typeof expected === "string" && holdsDynamicReference(expected)) return [];
  if (actual === undefined || actual === null) return [difference(path, "REMOVE", expected, undefined)];
  if (Array.isArray(expected) && Array.isArray(actual)) return compareLists(expected, actual, path);
  if (isMapping(expected) && isMapping(actual))
    return Object.entries(expected).flatMap(([name, value]) =>
      compareValue(value, actual[name], `${path}/${name}`),
    );
  return sameText(expected, actual) ? [] : [difference(path, "NOT_EQUAL", expected, actual)];
}

function compareLists(
  expected: readonly Value[],
  actual: readonly Value[],
  path: string,
): PropertyDifference[] {
  const left = [...actual];
  const missing = expected.flatMap((item, index) => {
    const found = left.findIndex((other) => compareValue(item, other, "").length === 0);
    if (found >= 0) left.splice(found, 1);
    return found >= 0 ? [] : [difference(`${path}/${index}`, "REMOVE", item, undefined)];
  });
  // A service has many attributes and settings; a template sets some.
  if (expected.every((item) => isMapping(item) && "Key" in item)) return missing;
  return [
    ...missing,
    ...left.map((item) => difference(`${path}/${actual.indexOf(item)}`, "ADD", undefined, item)),
  ];
}

/** The service's 80 equals the template's "80". */
function sameText(expected: Value, actual: Value): boolean {
  const isScalar = (value: Value) => typeof value !== "object";
  return isScalar(expected) && isScalar(actual)
    ? String(expected) === String(actual)
    : sameValue(expected, actual);
}

function difference(
  PropertyPath: string,
  DifferenceType: PropertyDifference["DifferenceType"],
  expected: Value | undefined,
  actual: Value | undefined,
): PropertyDifference {
  return { PropertyPath, DifferenceType, ExpectedValue: said(expected), ActualValue: said(actual) };
}

function said(value: Value | undefined): string {
  if (value === undefined) return "null";
  return typeof value === "string" ? value : JSON.stringify(value);
}
