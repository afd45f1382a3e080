interface Failure {
  /** Set when the server answered with the error. */
  readonly sqlState?: string;
  readonly syscall?: string;
}

/**
 * Whether a statement that failed is known to have changed nothing: the server answered so, or was not reached at
 * all. When its answer is lost, or comes too late, the statement may have been carried out.
 */
export function changedNothing(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { sqlState, syscall } = error as Failure;
  // Class 08 of the SQL standard: the connection ended.
  const isAnswer = sqlState !== undefined && !sqlState.startsWith("08");
  return isAnswer || syscall === "connect" || changedNothing(error.cause);
}
