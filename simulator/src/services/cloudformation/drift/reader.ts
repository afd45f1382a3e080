import type { Environment } from "../../../environment.ts";
import { AwsError } from "../../../kit/errors.ts";
import type { Properties } from "../resources/resource-type.ts";

/**
 * Reads a resource's properties from its service, in the template's terms; a property that cannot be read is left out.
 * Undefined when the resource is gone.
 */
export type ReadActual = (
  environment: Environment,
  id: string,
  expected: Properties,
) => Promise<Properties | undefined>;

/** Returns the result of a read, undefined if the service does not know the resource. */
export async function orGone<Answer>(
  codes: readonly string[],
  look: () => Promise<Answer>,
): Promise<Answer | undefined> {
  try {
    return await look();
  } catch (error) {
    if (error instanceof AwsError && codes.includes(error.code)) return undefined;
    throw error;
  }
}
