/** Data about an error for the log: enough to find the fault, without data of a supplier. */
export interface Failure {
  readonly class: string;
  /** As Node or the database calls it: `ECONNREFUSED`, `ER_DUP_ENTRY`. */
  readonly code?: unknown;
  readonly message: string;
  readonly stack?: string | undefined;
  readonly cause?: Failure;
}

/** An error has few causes; a circular chain has no end. */
const mostCauses = 5;

export function describeFailure(error: unknown, depth = 0): Failure {
  if (!(error instanceof Error)) return { class: typeof error, message: String(error) };
  const message = withoutValues(error.message);
  return {
    // A class's own name is lost in the bundle.
    class: error.name,
    ...("code" in error && { code: error.code }),
    message,
    stack: error.stack?.replace(error.message, () => message),
    ...(error.cause !== undefined &&
      depth < mostCauses && { cause: describeFailure(error.cause, depth + 1) }),
  };
}

/** Drizzle puts the values of a failed query, such as what a visitor typed, on a line after its text. */
const withoutValues = (message: string) => message.replace(/^(Failed query: .*?)\nparams: .*$/s, "$1");
