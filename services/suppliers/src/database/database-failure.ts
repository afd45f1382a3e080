/** The database was not queried, or did not respond in time. */
export class DatabaseUnavailable extends Error {
  override readonly name = "DatabaseUnavailable";
}

/** The server has no free connections. */
const full = ["ER_CON_COUNT_ERROR", "ER_TOO_MANY_USER_CONNECTIONS", "ER_USER_LIMIT_REACHED"];

/** During a failover the former primary is read-only. */
const readOnly = [
  "ER_OPTION_PREVENTS_STATEMENT",
  "ER_READ_ONLY_MODE",
  "ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION",
];

/** Errors that pass on their own or with a restart, a failover or less load; the numbers are MariaDB's own. */
const passing = [
  ...full,
  ...readOnly,
  "EAI_AGAIN",
  "ECONNREFUSED",
  "ECONNRESET",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOTFOUND",
  "EPIPE",
  "ETIMEDOUT",
  "PROTOCOL_CONNECTION_LOST",
  // The server shuts down, or has ended our connection.
  "ER_SERVER_SHUTDOWN",
  "ER_NORMAL_SHUTDOWN",
  "ER_SHUTDOWN_COMPLETE",
  "ER_SERVER_OFFLINE_MODE",
  "ER_SESSION_WAS_KILLED",
  "ER_CLIENT_INTERACTION_TIMEOUT",
  1927, // ER_CONNECTION_KILLED
  // It is overloaded.
  "ER_HOST_IS_BLOCKED",
  "ER_CANT_CREATE_THREAD",
  "ER_OUT_OF_RESOURCES",
  "ER_MAX_PREPARED_STMT_COUNT_REACHED",
  "ER_NEED_REPREPARE",
  // It takes too long, or others have locked what the statement needs.
  "ER_LOCK_WAIT_TIMEOUT",
  "ER_LOCK_DEADLOCK",
  "ER_QUERY_INTERRUPTED",
  "ER_QUERY_TIMEOUT",
  1969, // ER_STATEMENT_TIMEOUT
];

/**
 * Returns whether the database failed in a way that may pass; every other failure of a query is a bug of the service. A
 * missing table counts as a bug too: no service starts without it, and waiting does not bring it back.
 */
export function isDatabaseUnreachable(error: unknown): boolean {
  return causes(error).some(
    (failure) =>
      failure instanceof DatabaseUnavailable || failure.fatal === true || isOneOf(passing, failure),
  );
}

const refusals = [
  "ER_ACCESS_DENIED_ERROR",
  "ER_DBACCESS_DENIED_ERROR",
  "ER_BAD_DB_ERROR",
  "HANDSHAKE_NO_SSL_SUPPORT",
];

/** Returns whether the database refused access, which waiting does not fix. */
export function isRefusedByDatabase(error: unknown): boolean {
  return causes(error).some((failure) => isOneOf(refusals, failure));
}

/** Returns whether the server has no more connections available. */
export function isServerFull(error: unknown): boolean {
  return causes(error).some((failure) => isOneOf(full, failure));
}

/** Returns whether a connection is usable after a failed statement: the server itself refused the statement. */
export function isConnectionUsable(error: Failure): boolean {
  // After a failover the server's name resolves to another one.
  return error.sqlState !== undefined && !isConnectionLost(error) && !isOneOf(readOnly, error);
}

/**
 * Returns whether a statement that failed with `error` may be run again: its connection ended, and either it only reads
 * or it never left this process.
 */
export function isRepeatable(error: Failure, sql: string): boolean {
  return isConnectionLost(error) && (/^\s*select\b/i.test(sql) || wasNotSent(error));
}

function isConnectionLost({ fatal, code, sqlState }: Failure): boolean {
  // Class 08 of the SQL standard: connection exceptions.
  return fatal === true || sqlState?.startsWith("08") === true || code === "ER_CLIENT_INTERACTION_TIMEOUT";
}

/** The socket refused a statement, whose last byte the server needs, or was already known to be closed. */
function wasNotSent({ syscall, message }: Failure): boolean {
  return syscall === "write" || message === "Can't add new command when connection is in closed state";
}

/** Returns the innermost message: the driver's, without the query that drizzle adds before it. */
export function databaseMessage(error: unknown): string {
  const innermost = causes(error).at(-1);
  return innermost?.message || innermost?.code || String(error);
}

/** Returns the next step after a connection refused by the server or its certificate, to append to the message. */
export function adviceFor(error: unknown): string {
  const codes = causes(error).map(({ code }) => code);
  if (codes.includes("ER_ACCESS_DENIED_ERROR"))
    return ". Fix: check the password; an account of a service is created by its migration";
  if (codes.includes("HANDSHAKE_NO_SSL_SUPPORT"))
    return ". Fix: enable TLS in the server, or set APP_DB_SSL_MODE to DISABLED where nobody can listen";
  if (codes.includes("HANDSHAKE_SSL_ERROR"))
    return ". Fix: use a server whose certificate Amazon RDS or the certificates in NODE_EXTRA_CA_CERTS signed, or set APP_DB_SSL_MODE to REQUIRED";
  return "";
}

interface Failure {
  readonly code?: string;
  readonly errno?: number;
  /** Set if the error comes from the server. */
  readonly sqlState?: string;
  readonly syscall?: string;
  /** Set by mysql2 when the connection is lost with the error. */
  readonly fatal?: boolean;
  readonly message?: string;
}

function isOneOf(codes: readonly (string | number)[], { code, errno }: Failure): boolean {
  return codes.some((each) => each === code || each === errno);
}

function causes(error: unknown): Failure[] {
  const found: Failure[] = [];
  for (let current = error; current instanceof Error && found.length < 10; current = current.cause)
    found.push(current as Failure);
  return found;
}
