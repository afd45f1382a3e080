const unreachable = new Set([
  "EAI_AGAIN",
  "ECONNREFUSED",
  "ECONNRESET",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOTFOUND",
  "EPIPE",
  "ETIMEDOUT",
  "PROTOCOL_CONNECTION_LOST",
  "ER_CON_COUNT_ERROR",
  "ER_SERVER_SHUTDOWN",
  "ER_NORMAL_SHUTDOWN",
]);

/** Whether the database did not answer, which may pass; every other failure of a query is a fault of ours. */
export function isDatabaseUnreachable(error: unknown): boolean {
  return causes(error).some(({ code, fatal }) => unreachable.has(code ?? "") || fatal === true);
}

const refusals = new Set(["ER_ACCESS_DENIED_ERROR", "ER_DBACCESS_DENIED_ERROR", "ER_BAD_DB_ERROR"]);

/** Whether the database answered that it does not let us in, which waiting does not mend. */
export function isRefusedByDatabase(error: unknown): boolean {
  return causes(error).some(({ code }) => refusals.has(code ?? ""));
}

/** The innermost message: what the driver said, without the query that drizzle puts before it. */
export function databaseMessage(error: unknown): string {
  const innermost = causes(error).at(-1);
  return innermost?.message || innermost?.code || String(error);
}

interface Failure {
  readonly code?: string;
  /** Set by mysql2 when the connection is lost with the error. */
  readonly fatal?: boolean;
  readonly message?: string;
}

function causes(error: unknown): Failure[] {
  const found: Failure[] = [];
  for (let current = error; current instanceof Error && found.length < 10; current = current.cause)
    found.push(current as Failure);
  return found;
}
