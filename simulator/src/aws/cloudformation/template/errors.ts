import { AwsError } from "../../../errors.ts";

/** The one code CloudFormation answers bad input with. */
export function validationError(message: string): AwsError {
  return new AwsError("ValidationError", message);
}

export function formatError(message: string): AwsError {
  return validationError(`Template format error: ${message}`);
}

export function templateError(message: string): AwsError {
  return validationError(`Template error: ${message}`);
}
