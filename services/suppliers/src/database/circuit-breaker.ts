import { DatabaseUnavailable, databaseMessage, isServerFull } from "./database-failure.ts";

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
