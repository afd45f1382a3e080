import { randomUUID } from "node:crypto";
import { AwsError } from "../../../kit/errors.ts";
import { HandlerError } from "../resources/handler-error.ts";

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
