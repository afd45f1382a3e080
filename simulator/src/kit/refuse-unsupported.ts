import { AwsError } from "./errors.ts";

/** `"Key" | "Value"` of `"Key Value"`. */
type Words<Text extends string> = Text extends `${infer First} ${infer Rest}` ? First | Words<Rest> : Text;

/** Texts of member names with spaces between them. A name that `Input` does not have is a compile error. */
export type Members<Input, Text extends string> = readonly (Words<Text> extends keyof Input
  ? Text
  : Exclude<Words<Text>, keyof Input>)[];

/**
 * Refuses members of a request that are part of AWS's API but that the simulator would silently ignore. `code` is the
 * service's own exception for an unusable parameter.
 */
export function refuseUnsupported<Input extends object, Text extends string>(
  code: string,
  operation: string,
  input: Input,
  supported: Members<Input, Text>,
): void {
  const members = supported.flatMap((text) => text.split(" "));
  for (const [member, value] of Object.entries(input)) {
    // A flag set to false has no effect.
    if (value === undefined || value === false || members.includes(member)) continue;
    const allowed = members.length > 0 ? members.join(", ") : "none";
    throw new AwsError(
      code,
      `The simulator does not support ${member} in ${operation}. Supported members: ${allowed}.`,
    );
  }
}
