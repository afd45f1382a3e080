import type { FailureType } from "@aws-sdk/client-codepipeline";
import type { AwsError } from "../../../kit/errors.ts";

/** Reason of a failed action, as in its errorDetails. */
export class ActionFailure extends Error {
  readonly code: FailureType;

  constructor(code: FailureType, message: string) {
    super(message);
    this.name = "ActionFailure";
    this.code = code;
  }
}

/** An action of the stage failed: the execution ends. */
export class StageFailure extends Error {}

/** The execution was stopped, in a stage or in front of one. */
export class StopRequest extends Error {}

/** A later execution has overtaken this one in front of a stage. */
export class Superseded extends Error {}

/** The pipeline was changed or deleted: executions in progress end. */
export class Outdated extends Error {}

/** The reason with which an abandoned action is aborted. */
export class Abandonment extends Error {}

/**
 * Returns an error of another service as CodePipeline quotes it: in the words of the AWS SDK for Java, which it uses.
 */
export function quote(service: string, { message, statusCode, code, name }: AwsError): string {
  return `${message} (Service: ${service}; Status Code: ${statusCode ?? 500}; Error Code: ${code ?? name})`;
}

/** Calls another service; an error fails the action. */
export function orActionFailure<Output>(
  call: Promise<Output>,
  service: string,
  failureOf: FailureType | ((error: AwsError) => FailureType) = "ConfigurationError",
): Promise<Output> {
  return call.catch((error: AwsError) => {
    const type = typeof failureOf === "string" ? failureOf : failureOf(error);
    throw new ActionFailure(type, quote(service, error));
  });
}
