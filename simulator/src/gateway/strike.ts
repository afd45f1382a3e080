import { AwsError } from "../kit/errors.ts";
import { definitions } from "../services/index.ts";
import type { ApiCall, Fault, FaultKind } from "./faults.ts";
import type { CommonErrors } from "./wire.ts";

/** Ends the connection without a response. */
export class ConnectionCut extends Error {
  constructor() {
    super("the connection was cut by a fault");
    this.name = "ConnectionCut";
  }
}

/** An error of the protocol itself, which no service's model redefines. */
export class ProtocolError extends AwsError {}

export interface StruckCall extends ApiCall {
  /** Returns the caller as in STS. */
  callerArn(): Promise<string>;
}

/** Applies faults before a call is performed; rejects with the client's error, or with ConnectionCut. */
export async function strikeBefore(
  faults: readonly Fault[],
  call: StruckCall,
  errors: CommonErrors,
): Promise<void> {
  for (const { kind, milliseconds = 0 } of faults) {
    if (kind === "delay") await new Promise((resolve) => setTimeout(resolve, milliseconds));
    if (kind === "cut") throw new ConnectionCut();
    const error = await errorOf(kind, call, errors);
    if (error) throw error;
  }
}

/** The call was performed; a client without a response will repeat it. */
export function strikeAfter(faults: readonly Fault[]): void {
  if (faults.some(({ kind }) => kind === "cut-answer")) throw new ConnectionCut();
}

/** Applies faults to a call from one service to another. */
export function strikeWithin(faults: readonly Fault[]): void {
  if (faults.some(({ kind }) => kind === "service-linked-role")) throw roleMissing();
}

/** ECS's message. */
function roleMissing(): AwsError {
  return new AwsError(
    "InvalidParameterException",
    "Unable to assume the service linked role. Please verify that the ECS service linked role exists.",
  );
}

async function errorOf(
  kind: FaultKind,
  call: StruckCall,
  errors: CommonErrors,
): Promise<AwsError | undefined> {
  if (kind === "service-linked-role") return roleMissing();
  if (kind === "expire") return expiredToken(errors);
  if (kind === "throttle")
    return new ProtocolError(errors.throttled.code, "Rate exceeded", errors.throttled.statusCode);
  if (kind === "server-error")
    return new ProtocolError(
      errors.internal,
      "The request processing has failed because of an unknown error.",
      500,
    );
  if (kind === "unavailable")
    return new ProtocolError(
      errors.unavailable,
      "The request has failed due to a temporary failure of the server.",
      503,
    );
  return kind === "deny" ? denied(call, errors) : undefined;
}

export function expiredToken(errors: CommonErrors): ProtocolError {
  return new ProtocolError(errors.expiredToken, "The security token included in the request is expired", 403);
}

async function denied(
  { service, operation, callerArn }: StruckCall,
  errors: CommonErrors,
): Promise<ProtocolError> {
  const action = `${definitions[service].actionPrefix ?? service}:${operation}`;
  return new ProtocolError(
    errors.denied.code,
    `User: ${await callerArn()} is not authorized to perform: ${action} on resource: * because no identity-based policy allows the ${action} action`,
    errors.denied.statusCode,
  );
}
