/** Bad command line: one sentence with the fix. Nothing has been changed; the exit code is 2. */
export class UsageError extends Error {
  override name = "UsageError";
}
