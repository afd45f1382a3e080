import { AwsError } from "../../kit/errors.ts";

export function invalid(message: string): AwsError {
  return new AwsError("InvalidParameterValueException", message);
}

export function invalidCombination(message: string): AwsError {
  return new AwsError("InvalidParameterCombinationException", message);
}

export function missing(parameter: string): AwsError {
  return new AwsError("MissingRequiredParameterException", `The parameter ${parameter} is required.`);
}

/** For members of a request that the simulator would otherwise ignore. */
export const unsupported = "InvalidParameterValueException";
