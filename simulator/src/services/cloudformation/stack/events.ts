import { randomUUID } from "node:crypto";
import type { ResourceStatus, StackStatus } from "@aws-sdk/client-cloudformation";
import { failureReason } from "../resources/failures.ts";
import { isMapping, type Value } from "../template/value.ts";
import type { ResourceRecord, StackRecord } from "./records.ts";

/** Sets the stack's status and records it, as every change of status is an event. */
export function setStackStatus(stack: StackRecord, status: StackStatus, reason?: string): void {
  stack.status = status;
  stack.statusReason = reason;
  stack.events.push({
    StackId: stack.id,
    EventId: randomUUID(),
    StackName: stack.name,
    LogicalResourceId: stack.name,
    PhysicalResourceId: stack.id,
    ResourceType: "AWS::CloudFormation::Stack",
    Timestamp: stack.clock.now(),
    ResourceStatus: status as ResourceStatus,
    ResourceStatusReason: reason,
    ClientRequestToken: stack.clientRequestToken,
  });
}

export function setResourceStatus(
  stack: StackRecord,
  record: ResourceRecord,
  status: ResourceStatus,
  reason?: string,
): void {
  const now = stack.clock.now();
  record.status = status;
  record.statusReason = reason;
  record.updatedAt = now;
  stack.events.push({
    StackId: stack.id,
    EventId: `${record.logicalId}-${status}-${randomUUID()}`,
    StackName: stack.name,
    LogicalResourceId: record.logicalId,
    PhysicalResourceId: record.physicalId ?? "",
    ResourceType: record.type,
    Timestamp: now,
    ResourceStatus: status,
    ResourceStatusReason: reason,
    ResourceProperties: JSON.stringify(masked(record.properties, stack.secrets)),
    ClientRequestToken: stack.clientRequestToken,
  });
}

/** Performs an action on a resource; the reason of a failure becomes an event. */
export async function orFail<Result>(
  stack: StackRecord,
  record: ResourceRecord,
  verb: "CREATE" | "DELETE" | "IMPORT" | "UPDATE",
  action: () => Result | Promise<Result>,
): Promise<Result> {
  try {
    return await action();
  } catch (error) {
    setResourceStatus(stack, record, `${verb}_FAILED`, failureReason(error));
    throw error;
  }
}

function masked(value: Value, secrets: ReadonlySet<string>): Value {
  if (typeof value === "string")
    return [...secrets].reduce((text, secret) => text.replaceAll(secret, "****"), value);
  if (Array.isArray(value)) return value.map((item) => masked(item, secrets));
  if (!isMapping(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, masked(inner, secrets)]));
}
