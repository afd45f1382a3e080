/** How much of the database one task takes, and how long it waits for it. */
export interface DatabaseLimits {
  readonly connections: number;
  /** Statements that wait for a connection; one more fails at once. */
  readonly waiting: number;
  /** Milliseconds within which a statement has its answer or fails, the wait for a connection included. */
  readonly answerMs: number;
  /** Milliseconds to connect and log in. */
  readonly connectMs: number;
  /** Milliseconds after which the server gives up a statement by itself. */
  readonly serverMs: number;
  /** Whole seconds that the server lets a statement wait for a lock. */
  readonly lockWaitSeconds: number;
  /** The same for what no visitor waits for. */
  readonly schemaLockWaitSeconds: number;
  /** Milliseconds in which nobody tries again after a connection could not be made. */
  readonly pauseMs: number;
}

export const serviceLimits: DatabaseLimits = {
  // RDS grants a db.t3.micro some 60. Three tasks of two services, twice during a blue/green deployment, are twelve.
  connections: 5,
  // Served in some ten milliseconds when the database is well; when it is not, more would only wait in vain.
  waiting: 100,
  // The load balancer's health check, which asks for the list, gives up after 4 s.
  answerMs: 3000,
  // One lost packet is sent again after a second.
  connectMs: 2000,
  // Both end before the service gives up, so that the connection stays usable and the server does not work for nobody.
  serverMs: 2500,
  lockWaitSeconds: 2,
  // Longer than any statement of a service runs; while a migration waits for a table, all others wait behind it.
  schemaLockWaitSeconds: 5,
  // Four attempts a second burden no server, and nobody notices a quarter of a second after an outage.
  pauseMs: 250,
};
