import { AwsError } from "../../../kit/errors.ts";

/** Runs a deletion; a missing resource counts as deleted. */
export async function ignoreMissing(codes: readonly string[], action: () => Promise<unknown>): Promise<void> {
  try {
    await action();
  } catch (error) {
    if (!(error instanceof AwsError && codes.includes(error.code))) throw error;
  }
}
