import { randomUUID } from "node:crypto";
import type { StackResourceDrift } from "@aws-sdk/client-cloudformation";
import type { CloudFormationState, DriftRecord, ResourceRecord, StackRecord } from "../stack/records.ts";
import type { Mapping, Value } from "../template/value.ts";
import { compare } from "./compare.ts";
import { readers } from "./readers.ts";

/** Minimum AWS time of a detection. */
const detectionMs = 5_000;

/** Compares every resource with its state in its service; the outcome is in the stack's drift record. */
export function startDetection(state: CloudFormationState, stack: StackRecord): DriftRecord {
  const { clock } = state.environment;
  const record: DriftRecord = {
    id: randomUUID(),
    status: "DETECTION_IN_PROGRESS",
    statusReason: undefined,
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
  { environment }: CloudFormationState,
  stack: StackRecord,
  { logicalId, physicalId, type, properties }: ResourceRecord,
): Promise<StackResourceDrift[]> {
  const read = readers[type];
  if (!read || physicalId === undefined) return [];
  const actual = await read(environment, physicalId, properties);
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
      Timestamp: environment.clock.now(),
    },
  ];
}

/** A property that was read and has no value becomes null, so that it counts as removed. */
function keepUndefined(_: string, value: unknown): Value {
  return (value === undefined ? null : value) as Value;
}
