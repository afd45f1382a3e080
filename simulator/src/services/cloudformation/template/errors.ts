import { AwsError } from "../../../kit/errors.ts";

/** CloudFormation's only code for bad input. */
export function validationError(message: string): AwsError {
  return new AwsError("ValidationError", message);
}

export function formatError(message: string): AwsError {
  return validationError(`Template format error: ${message}`);
}

export function templateError(message: string): AwsError {
  return validationError(`Template error: ${message}`);
}
