import { type Connection, createPool, type Pool } from "mysql2/promise";
import type { DatabaseConfiguration } from "./configuration.ts";
import { databaseMessage, isDatabaseUnreachable, isRefusedByDatabase } from "./database-failure.ts";
import type { StatementRunner } from "./statement-runner.ts";

export interface Database {
  readonly run: StatementRunner;
  /** Lends a connection for what takes more than one statement. */
  withConnection<Result>(action: (connection: Connection) => Promise<Result>): Promise<Result>;
  /** Rejects when the database does not answer. */
  ping(): Promise<void>;
  /** Ends the connections after what they are doing, or leaves them to a database that hangs. */
  close(): Promise<void>;
}

/** Waits between attempts to reach the database at start, 6 s in all; the last one lets the failure out. */
const retryDelaysMs = [100, 200, 400, 800, 1500, 3000];

/** A database that hangs must not keep a drained service from ending. */
const closeLimitMs = 1000;

/** Connects; rejects with one sentence when the database stays unreachable or refuses us. */
export async function openDatabase(
  configuration: DatabaseConfiguration,
  wait: (ms: number) => Promise<unknown>,
): Promise<Database> {
  const { host, port, user, password, name } = configuration;
  const pool = createPool({
    host,
    port,
    user,
    password,
    database: name,
    charset: "utf8mb4",
    // A page must answer 503 well before the load balancer's health check gives up after 5 s.
    connectTimeout: 2000,
    enableKeepAlive: true,
  });
  const ping = () => withConnection(pool, (connection) => connection.ping());
  try {
    await retry(wait, ping);
  } catch (error) {
    await pool.end();
    throw new Error(
      `cannot use the database ${name} at ${host}:${port} as ${user}: ${databaseMessage(error)}`,
      { cause: error },
    );
  }
  return {
    run: async (statement) => (await pool.execute(statement))[0],
    withConnection: (action) => withConnection(pool, action),
    ping,
    close: () => Promise.race([pool.end(), wait(closeLimitMs)]).then(() => undefined),
  };
}

async function withConnection<Result>(
  pool: Pool,
  action: (connection: Connection) => Promise<Result>,
): Promise<Result> {
  const connection = await pool.getConnection();
  try {
    return await action(connection);
  } finally {
    connection.release();
  }
}

async function retry(wait: (ms: number) => Promise<unknown>, action: () => Promise<void>): Promise<void> {
  for (const delay of retryDelaysMs)
    try {
      return await action();
    } catch (error) {
      if (!isDatabaseUnreachable(error) || isRefusedByDatabase(error)) throw error;
      await wait(delay);
    }
  return action();
}
