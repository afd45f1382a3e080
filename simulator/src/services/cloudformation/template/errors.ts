import { type AwsError, errorWith } from "../../../kit/errors.ts";

/** CloudFormation's only code for bad input. */
export const validationError = errorWith("ValidationError");

export function formatError(message: string): AwsError {
  return validationError(`Template format error: ${message}`);
}

export function templateError(message: string): AwsError {
  return validationError(`Template error: ${message}`);
}
