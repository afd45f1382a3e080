import { randomUUID } from "node:crypto";
import { AwsError } from "../../../kit/errors.ts";

type HandlerErrorCode =
  | "AccessDenied"
  | "AlreadyExists"
  | "GeneralServiceException"
  | "InvalidRequest"
  | "NotFound"
  | "ServiceLimitExceeded"
  | "Throttling";

/** A failure detected by CloudFormation, or its handler of a resource type, rather than by a service. */
export class HandlerError extends Error {
  readonly handlerErrorCode: HandlerErrorCode;

  constructor(message: string, handlerErrorCode: HandlerErrorCode = "GeneralServiceException") {
    super(message);
    this.name = "HandlerError";
    this.handlerErrorCode = handlerErrorCode;
  }
}

/**
 * CloudFormation's handler codes for services' error codes. Source: CloudFormation CLI user guide, Handler error codes.
 */
const handlerCodes: readonly (readonly [RegExp, HandlerErrorCode])[] = [
  [/AccessDenied|Unauthorized/, "AccessDenied"],
  [/AlreadyExists|NameExists|NameInUse|Duplicate\w*Name|AlreadyOwned/, "AlreadyExists"],
  [/NotFound|NoSuch|DoesNotExist|NonExistent|NotActive|NotAttached/, "NotFound"],
  [/LimitExceeded|QuotaExceeded|TooMany/, "ServiceLimitExceeded"],
  [/Throttling|RequestLimit/, "Throttling"],
  [/Invalid|Validation|Malformed|ClientException/, "InvalidRequest"],
];

function handlerCode(code: string): HandlerErrorCode {
  return handlerCodes.find(([pattern]) => pattern.test(code))?.[1] ?? "GeneralServiceException";
}

/** Returns whether an operation on a resource was refused for this reason. */
export function isRefusal(error: unknown, reason: HandlerErrorCode): boolean {
  if (error instanceof HandlerError) return error.handlerErrorCode === reason;
  return error instanceof AwsError && handlerCode(error.code) === reason;
}

/** Resolves with undefined if the service reports that the resource is missing. */
export async function ignoreMissing<Result>(action: () => Promise<Result>): Promise<Result | undefined> {
  try {
    return await action();
  } catch (error) {
    if (isRefusal(error, "NotFound")) return undefined;
    throw error;
  }
}

/**
 * Returns the reason of a resource's failure in CloudFormation's words: message, service's code, an id for its logs.
 */
export function failureReason(error: unknown): string {
  const { message = String(error), code } = error as { message?: string; code?: string };
  if (error instanceof HandlerError) return withHandler(message, error.handlerErrorCode);
  if (code === undefined || code === "ValidationError") return message;
  return withHandler(`${message} (Error code: ${code})`, handlerCode(code));
}

function withHandler(words: string, code: string): string {
  return `Resource handler returned message: "${words}" (RequestToken: ${randomUUID()}, HandlerErrorCode: ${code})`;
}
