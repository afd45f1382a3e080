import { AwsError } from "./errors.ts";

/**
 * Refuses members of a request that are part of AWS's API but that the simulator would silently ignore. `code` is the
 * service's own exception for an unusable parameter.
 */
export function refuseUnsupported<Input extends object>(
  code: string,
  operation: string,
  input: Input,
  supported: readonly (keyof Input & string)[],
): void {
  for (const [member, value] of Object.entries(input)) {
    // A flag set to false has no effect.
    if (value === undefined || value === false || (supported as readonly string[]).includes(member)) continue;
    const allowed = supported.length > 0 ? supported.join(", ") : "none";
    throw new AwsError(
      code,
      `The simulator does not support ${member} in ${operation}. Supported members: ${allowed}.`,
    );
  }
}
