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
  // Four attempts a second are no burden for a server, and a delay of 250 ms after an outage is not noticeable.
  pauseMs: 250,
};
