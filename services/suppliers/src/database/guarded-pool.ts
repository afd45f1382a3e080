import type { Socket } from "node:net";
import { setImmediate } from "node:timers/promises";
import type { Pool, PoolConnection, QueryResult } from "mysql2";
import { createBulkhead } from "./bulkhead.ts";
import { createCircuitBreaker } from "./circuit-breaker.ts";
import { isConnectionUsable, isRepeatable } from "./database-failure.ts";
import type { DatabaseLimits } from "./database-limits.ts";
import { type Deadline, withDeadline } from "./deadline.ts";
import type { Statement, StatementRunner } from "./statement-runner.ts";

/**
 * Runs prepared statements on the connections of `pool`, so that work does not pile up for a slow or absent database.
 * The pool alone allows any number of calls to wait for any time, lets all of them connect at once, and lends a
 * connection again although its response is missing.
 */
export function guardPool(pool: Pool, limits: DatabaseLimits, now: () => number): StatementRunner {
  const bulkhead = createBulkhead(limits.connections, limits.waiting);
  const connectWhenPossible = createCircuitBreaker(limits.pauseMs, now);
  const connections = trustConnections(pool, now);

  async function attempt(statement: Statement, deadline: Deadline): Promise<QueryResult> {
    const connection = await connectWhenPossible(connections.get);
    if (deadline.passed) {
      connection.release();
      throw deadline.passed;
    }
    const sentAt = now();
    return execute(connection, statement, deadline).catch((error) => {
      // A healthy server would have returned its timeout error by then.
      if (error === deadline.passed && now() - sentAt >= limits.serverMs) connections.distrust();
      throw error;
    });
  }

  return (statement) =>
    withDeadline(limits.answerMs, async (deadline) => {
      await bulkhead.enter(deadline);
      try {
        return await attempt(statement, deadline).catch(async (error) => {
          if (!isRepeatable(error, statement.sql)) throw error;
          // By then the pool knows which of its other connections ended together with this one.
          await setImmediate();
          return attempt(statement, deadline);
        });
      } finally {
        bulkhead.leave();
      }
    });
}

/** If one connection is silent, older ones lead to the same server, or to none: they are not lent again. */
function trustConnections(pool: Pool, now: () => number) {
  const connectedAt = new WeakMap<PoolConnection, number>();
  pool.on("connection", (connection: PoolConnection) => connectedAt.set(connection, now()));
  let distrustedAt = Number.NEGATIVE_INFINITY;
  return {
    async get(): Promise<PoolConnection> {
      for (;;) {
        const connection = await getConnection(pool);
        if ((connectedAt.get(connection) ?? 0) > distrustedAt) return connection;
        end(connection);
      }
    },
    distrust() {
      distrustedAt = now();
    },
  };
}

function getConnection(pool: Pool): Promise<PoolConnection> {
  return new Promise((resolve, reject) =>
    pool.getConnection((error, connection) => (error ? reject(error) : resolve(connection))),
  );
}

/** Releases the connection, or ends it when a response may still come or never will. */
function execute(connection: PoolConnection, statement: Statement, deadline: Deadline): Promise<QueryResult> {
  return new Promise((resolve, reject) => {
    const fail = (error: Error) => {
      if (isConnectionUsable(error)) connection.release();
      else end(connection);
      reject(error);
    };
    deadline.giveUp = fail;
    try {
      connection.execute(statement, (error, result) => {
        if (error) return fail(error);
        connection.release();
        resolve(result);
      });
    } catch (error) {
      fail(error as Error);
    }
  });
}

function end(connection: PoolConnection): void {
  connection.destroy();
  // The driver's own end waits for a reply, which a hanging server does not send.
  (connection as unknown as { stream: Socket }).stream.destroy();
}
