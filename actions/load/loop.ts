import { type Connection, createConnection, type Outcome } from "./connection.ts";

/** Load at one level. */
export interface Load {
  /** `closed`: each connection sends after the last response. `open`: at a rate, however long responses take. */
  readonly loop: "closed" | "open";
  /** Connections of a closed loop, requests per second of an open one. */
  readonly level: number;
  /** Spacing of the requests of an open loop. */
  readonly spacing: Spacing;
  /** Maximum number of connections of an open loop. */
  readonly maxConnections: number;
  readonly durationMs: number;
  /** Each gets the same share of the requests. */
  readonly urls: readonly URL[];
  /** Maximum time for one request, after which it counts as failed. */
  readonly timeoutMs: number;
}

/** `constant`: evenly spaced. `poisson`: as independent users arrive, with bursts and pauses. */
type Spacing = "constant" | "poisson";

/** A finished request; times are those of performance.now(). */
export interface Sent extends Outcome {
  /** Index of its URL. */
  readonly target: number;
  /** When it should have been sent; in a closed loop, when it was. */
  readonly dueAt: number;
  readonly endedAt: number;
  readonly latencyMs: number;
  /** In an open loop, how long after its due time it was sent; 0 within the inaccuracy of a timer. */
  readonly lateMs: number;
  /** It was late because all connections were in use. */
  readonly lateForConnections: boolean;
}

interface LoopOptions extends Load {
  /** Time of performance.now() at which the first request is due. */
  readonly startedAt: number;
  readonly onSent: (sent: Sent) => void;
  /** Closes all connections at once; the results of their requests are never reported. */
  readonly signal?: AbortSignal;
}

/**
 * Returns `done`, which resolves when the last request has finished or at once when the signal aborts, and `end`, after
 * which no more requests become due.
 */
export function startLoop(options: LoopOptions) {
  const pool = createPool(options);
  const { end, cancel } = (options.loop === "closed" ? startClosedLoop : startOpenLoop)(options, pool);
  options.signal?.addEventListener("abort", cancel);
  if (options.signal?.aborted) cancel();
  return { done: pool.done, end };
}

/** Pause of a failed connection: refusals take no time, and their number would mean nothing. */
const pauseAfterErrorMs = 100;

/**
 * Sends with connections that each send the next request after the last response, the first one in any case. A slow
 * target slows the load down.
 */
function startClosedLoop({ level, startedAt, durationMs }: LoopOptions, pool: Pool) {
  let endAt = startedAt + durationMs;
  let busy = level;
  const send = (connection: Connection) => {
    const due = { dueAt: performance.now(), lateMs: 0, lateForConnections: false };
    pool.send(connection, due, (error) => {
      if (error === undefined) proceed(connection);
      else setTimeout(proceed, pauseAfterErrorMs, connection);
    });
  };
  const proceed = (connection: Connection) => {
    if (performance.now() < endAt) send(connection);
    else if (--busy === 0) pool.close();
  };
  const end = () => {
    endAt = Math.min(endAt, performance.now());
  };
  const cancel = () => {
    end();
    pool.close();
  };
  for (let count = 0; count < level; count++) send(pool.open());
  return { end, cancel };
}

/** Returns when each request of this rate per second is due, in milliseconds since the start, without an end. */
export function* arrivalsOf(
  rate: number,
  spacing: Spacing,
  random: () => number = Math.random,
): Generator<number, never> {
  const gap = () => (spacing === "constant" ? 1 : -Math.log(1 - random()));
  for (let count = spacing === "constant" ? 0 : gap(); ; count += gap()) yield (count * 1000) / rate;
}

/** Node's finest timer. */
const tickMs = 1;
/** How late such a timer is on an idle machine; that is not the target's latency. */
const timerInaccuracyMs = 2;

/**
 * Sends requests at a rate, however long responses take. Latency counts from the moment a request was due, so a stall
 * of the target shows in all requests it delays. None is left out: a request without a connection within the time
 * allowed after the end counts as failed, `NOT_SENT`.
 */
function startOpenLoop(options: LoopOptions, pool: Pool) {
  const { startedAt, durationMs, timeoutMs, maxConnections, onSent } = options;
  const arrivals = arrivalsOf(options.level, options.spacing);
  const nextDue = () => startedAt + arrivals.next().value;
  const free: Connection[] = [];
  let endAt = startedAt + durationMs;
  let dueAt = nextDue();

  const sendDue = (connectionWasFreed: boolean) => {
    const now = performance.now();
    for (; dueAt <= now && dueAt < endAt; dueAt = nextDue()) {
      const connection = free.pop() ?? (pool.size() < maxConnections ? pool.open() : undefined);
      if (!connection) return;
      send(connection, connectionWasFreed);
    }
    if (now >= endAt && dueAt >= endAt && free.length === pool.size()) cancel();
  };
  const send = (connection: Connection, connectionWasFreed: boolean) => {
    const waitedMs = performance.now() - dueAt;
    const lateMs = connectionWasFreed || waitedMs > timerInaccuracyMs ? waitedMs : 0;
    pool.send(connection, { dueAt, lateMs, lateForConnections: connectionWasFreed }, () => {
      const allWereInUse = free.length === 0 && pool.size() >= maxConnections;
      free.push(connection);
      sendDue(allWereInUse);
    });
  };
  const giveUp = (endedAt: number) => {
    const outcome = { status: undefined, error: "NOT_SENT", detail: undefined };
    for (; dueAt < endAt; dueAt = nextDue()) {
      const times = { dueAt, endedAt, latencyMs: endedAt - dueAt, lateMs: endedAt - dueAt };
      onSent({ ...outcome, ...times, target: pool.nextTarget(), lateForConnections: true });
    }
  };
  const tick = setInterval(() => {
    sendDue(false);
    const now = performance.now();
    if (now > endAt + timeoutMs) giveUp(now);
  }, tickMs);
  const end = () => {
    endAt = Math.min(endAt, performance.now());
  };
  const cancel = () => {
    clearInterval(tick);
    pool.close();
  };
  return { end, cancel };
}

/** Far below the unit of timeouts, and rare enough to cost nothing. */
const timeoutCheckMs = 50;

type Pool = ReturnType<typeof createPool>;

/** Connections that take turns with the URLs, until they are closed. */
function createPool({ urls, timeoutMs, onSent }: LoopOptions) {
  const { promise: done, resolve } = Promise.withResolvers<void>();
  const connections: Connection[] = [];
  let turns = 0;
  const nextTarget = () => turns++ % urls.length;
  const expiry = setInterval(() => {
    const now = performance.now();
    for (const connection of connections) connection.expire(now);
  }, timeoutCheckMs);
  return {
    done,
    nextTarget,
    size: () => connections.length,
    open(): Connection {
      const connection = createConnection(timeoutMs);
      connections.push(connection);
      return connection;
    },
    send(
      connection: Connection,
      { dueAt, lateMs, lateForConnections }: Pick<Sent, "dueAt" | "lateMs" | "lateForConnections">,
      done: (error: string | undefined) => void,
    ): void {
      const target = nextTarget();
      const sentAt = performance.now();
      connection.send(urls[target] as URL, (outcome) => {
        const endedAt = performance.now();
        const latencyMs = endedAt - sentAt + lateMs;
        onSent({ ...outcome, target, dueAt, endedAt, latencyMs, lateMs, lateForConnections });
        done(outcome.error);
      });
    },
    close(): void {
      clearInterval(expiry);
      for (const connection of connections) connection.close();
      resolve();
    },
  };
}
