import type { Socket } from "node:net";
import { setImmediate } from "node:timers/promises";
import type { Pool, PoolConnection, QueryResult } from "mysql2";
import {
  DatabaseUnavailable,
  databaseMessage,
  isConnectionUsable,
  isRepeatable,
  isServerFull,
} from "./database-failure.ts";
import type { Statement, StatementRunner } from "./drizzle.ts";

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

/**
 * Opens connections as long as that works. After a failure there is a pause, then one attempt at a time until one
 * succeeds; meanwhile all other calls fail at once. `now` is in milliseconds.
 */
export function createCircuitBreaker(pauseMs: number, now: () => number) {
  let failure: unknown;
  let retryAt = 0;
  let probing = false;

  return async function attempt<Connection>(connect: () => Promise<Connection>): Promise<Connection> {
    const isProbe = failure !== undefined;
    if (isProbe) {
      if (probing || now() < retryAt) throw unavailable(failure);
      probing = true;
    }
    try {
      const connection = await connect();
      failure = undefined;
      return connection;
    } catch (error) {
      // A server without free connections still serves the existing ones.
      if (!isServerFull(error)) {
        failure = error;
        retryAt = now() + pauseMs;
      }
      throw unavailable(error);
    } finally {
      if (isProbe) probing = false;
    }
  };
}

function unavailable(cause: unknown): DatabaseUnavailable {
  return new DatabaseUnavailable(`no connection to the database: ${databaseMessage(cause)}`, { cause });
}

/** Allows a fixed number of parallel requests and a fixed number of waiting ones. */
export function createBulkhead(places: number, mostWaiting: number) {
  let free = places;
  const waiting = new Set<() => void>();
  return {
    /** Resolves with a place, in the order of arrival; rejects at once when too many are waiting. */
    async enter(deadline: Deadline): Promise<void> {
      if (free > 0) {
        free--;
        return;
      }
      if (waiting.size >= mostWaiting)
        throw new DatabaseUnavailable(
          `${mostWaiting} statements already wait for a connection to the database`,
        );
      await new Promise<void>((resolve, reject) => {
        waiting.add(resolve);
        deadline.giveUp = (error) => {
          waiting.delete(resolve);
          reject(error);
        };
      });
    },
    /** Passes the place to the longest waiting request. */
    leave() {
      const [next] = waiting;
      if (!next) {
        free++;
        return;
      }
      waiting.delete(next);
      next();
    },
  };
}

export interface Deadline {
  /** Set by each stage of the work to a function that ends it early. */
  giveUp(error: Error): void;
  /** The error that the work has failed with, once the time is over. */
  passed?: Error;
}

/** Settles as `work` does, or rejects on timeout, whether or not `work` stops. */
function withDeadline<Result>(
  milliseconds: number,
  work: (deadline: Deadline) => Promise<Result>,
): Promise<Result> {
  return new Promise((resolve, reject) => {
    const deadline: Deadline = { giveUp: () => {} };
    const timer = setTimeout(() => {
      const error = new DatabaseUnavailable(`the database did not answer within ${milliseconds} ms`);
      deadline.passed = error;
      reject(error);
      deadline.giveUp(error);
    }, milliseconds);
    work(deadline)
      .then(resolve, reject)
      .finally(() => clearTimeout(timer));
  });
}

/** Limits of one task's use of the database, and of its waits. */
export interface DatabaseLimits {
  readonly connections: number;
  /** Statements that wait for a connection; one more fails at once. */
  readonly waiting: number;
  /** Milliseconds until a statement returns or fails, including the wait for a connection. */
  readonly answerMs: number;
  /** Milliseconds to connect and log in. */
  readonly connectMs: number;
  /** Milliseconds after which the server itself cancels a statement. */
  readonly serverMs: number;
  /** Whole seconds for which the server allows a statement to wait for a lock. */
  readonly lockWaitSeconds: number;
  /** The same for work that no visitor waits for. */
  readonly schemaLockWaitSeconds: number;
  /** Milliseconds without attempts after a failed connection. */
  readonly pauseMs: number;
}

export const serviceLimits: DatabaseLimits = {
  // RDS grants a db.t3.micro some 60. Three tasks of two services, twice during a blue/green deployment, are twelve.
  connections: 5,
  // Served within some ten milliseconds by a healthy database; with an unhealthy one, more would only time out.
  waiting: 100,
  // The load balancer's health check, which requests the list, times out after 4 s.
  answerMs: 3000,
  // One lost packet is sent again after a second.
  connectMs: 2000,
  // Both end before the service gives up, so that the connection stays usable and the server does no useless work.
  serverMs: 2500,
  lockWaitSeconds: 2,
  // Longer than any statement of a service runs; while a migration waits for a table, all others wait behind it.
  schemaLockWaitSeconds: 5,
  // Four attempts a second do not burden a server, and a delay of 250 ms after an outage is not noticeable.
  pauseMs: 250,
};
