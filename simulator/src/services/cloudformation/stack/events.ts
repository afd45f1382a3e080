import { randomUUID } from "node:crypto";
import type { ResourceStatus, StackStatus } from "@aws-sdk/client-cloudformation";
import type { Clock } from "../../../clock.ts";
import { AwsError } from "../../../kit/errors.ts";
import { HandlerError } from "../resources/resource-type.ts";
import { isMapping, type Value } from "../template/value.ts";
import type { ResourceRecord, StackRecord } from "./records.ts";

/** Sets the stack's status and records it, as every change of status is an event. */
export function setStackStatus(clock: Clock, stack: StackRecord, status: StackStatus, reason?: string): void {
  stack.status = status;
  stack.statusReason = reason;
  stack.events.push({
    StackId: stack.id,
    EventId: randomUUID(),
    StackName: stack.name,
    LogicalResourceId: stack.name,
    PhysicalResourceId: stack.id,
    ResourceType: "AWS::CloudFormation::Stack",
    Timestamp: clock.now(),
    ResourceStatus: status as ResourceStatus,
    ResourceStatusReason: reason,
    ClientRequestToken: stack.clientRequestToken,
  });
}

export function setResourceStatus(
  clock: Clock,
  stack: StackRecord,
  record: ResourceRecord,
  status: ResourceStatus,
  reason?: string,
): void {
  const now = clock.now();
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

function masked(value: Value, secrets: ReadonlySet<string>): Value {
  if (typeof value === "string")
    return [...secrets].reduce((text, secret) => text.replaceAll(secret, "****"), value);
  if (Array.isArray(value)) return value.map((item) => masked(item, secrets));
  if (!isMapping(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, masked(inner, secrets)]));
}

/**
 * CloudFormation's handler codes for services' error codes. Source: CloudFormation CLI user guide, Handler error codes.
 */
const handlerCodes = [
  [/AccessDenied|Unauthorized/, "AccessDenied"],
  [/AlreadyExists|NameExists|NameInUse|Duplicate\w*Name|AlreadyOwned/, "AlreadyExists"],
  [/NotFound|NoSuch|DoesNotExist|NonExistent/, "NotFound"],
  [/LimitExceeded|QuotaExceeded|TooMany/, "ServiceLimitExceeded"],
  [/Throttling|RequestLimit/, "Throttling"],
  [/Invalid|Validation|Malformed|ClientException/, "InvalidRequest"],
] as const;

/**
 * Returns the reason of a resource's failure in CloudFormation's words: message, service's code, an id for its logs.
 */
export function failureReason(error: unknown): string {
  const { message = String(error), code } = error as { message?: string; code?: string };
  if (error instanceof HandlerError) return withHandler(message, error.handlerErrorCode);
  if (code === undefined || code === "ValidationError") return message;
  return withHandler(`${message} (Error code: ${code})`, handlerCode(code));
}

/** Returns whether a service refused a creation because the name exists. */
export function saysThatItExists(error: unknown): boolean {
  return error instanceof AwsError && handlerCode(error.code) === "AlreadyExists";
}

function handlerCode(code: string): string {
  return handlerCodes.find(([pattern]) => pattern.test(code))?.[1] ?? "GeneralServiceException";
}

function withHandler(words: string, code: string): string {
  return `Resource handler returned message: "${words}" (RequestToken: ${randomUUID()}, HandlerErrorCode: ${code})`;
}
